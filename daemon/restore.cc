#include "daemon/restore.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/ageing.h"
#include "daemon/proposal.h"

namespace overlayd {
namespace {

bool contains(const Steps& steps, const Step& wanted) {
  return std::find(steps.begin(), steps.end(), wanted) != steps.end();
}

bool is_made_again(const Op& undone, const Plan& plan) {
  return undone.kind == OpKind::undo && std::any_of(plan.begin(), plan.end(), [&](const Op& op) {
           return op.kind == OpKind::make && op.step.same_place(undone.step);
         });
}

// Whether the state that was saved is the one after `plan`: then only its journal was left over.
bool is_after(const Plan& plan, const Steps& steps) {
  return std::all_of(plan.begin(), plan.end(), [&](const Op& op) {
    if (op.step.kind == StepKind::package || op.kind == OpKind::act) return true;
    if (is_made_again(op, plan)) return true;
    return contains(steps, op.step) == (op.kind != OpKind::undo);
  });
}

void take_back(const std::string& service, const Plan& plan, const Store& store,
               const Inventory& inventory, const ServiceState* state) {
  if (!is_after(plan, state == nullptr ? Steps{} : state->steps)) {
    log_warning("{}: a change was interrupted; it is taken back", service);
    carry_out(inverse(plan), inventory.machine(service));
  }
  store.finish(service);
}

// What of `steps` is not in effect.
Plan missing(const Steps& steps, const TreeStore& trees) {
  Plan plan;
  for (const auto& step : steps)
    if (!holds(step, trees)) plan.push_back({.kind = OpKind::make, .step = step, .before = {}});
  return plan;
}

// What is wrong with a checkout shows in what it leads to, and not in its own step.
bool needs_checkouts(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const Op& op) {
    return op.step.kind == StepKind::checkout || op.step.kind == StepKind::show;
  });
}

void make_checkouts(const ServiceState& state, const TreeStore& trees) {
  for (const auto& step : state.steps)
    if (step.kind == StepKind::checkout)
      make_checkout(step.subject, step.value, tree_paths(state.links, trees));
}

// Operation by operation: what can be there is, though something else of the service cannot.
// Returns what cannot, and why.
std::string restore_one(const std::string& service, const ServiceState& state,
                        const TreeStore& trees, const Inventory& inventory, const Plan& plan) {
  std::vector<std::string> problems;
  const auto attempt = [&](const Callback& work) {
    try {
      work();
    } catch (const std::exception& error) {
      problems.emplace_back(error.what());
    }
  };
  if (needs_checkouts(plan)) attempt([&] { make_checkouts(state, trees); });
  for (const auto& op : plan) attempt([&] { carry_out({op}, inventory.machine(service)); });
  return join(problems, "; ");
}

void keep_checkouts(const ServiceState& state) {
  for (const auto& step : state.steps)
    if (step.kind == StepKind::checkout) keep_from_ageing(parent_path(step.subject));
}

// Once through all; adds to `changed` those that were not in place.
Errors restore_each(const std::map<std::string, ServiceState>& states, const TreeStore& trees,
                    const Inventory& inventory, std::set<std::string>& changed) {
  Errors errors;
  for (const auto& [name, state] : states) {
    try {
      const Plan plan = missing(state.steps, trees);
      if (!plan.empty()) changed.insert(name);
      const std::string problem = restore_one(name, state, trees, inventory, plan);
      if (!problem.empty()) errors[name] = problem;
      keep_checkouts(state);
    } catch (const std::exception& error) {
      errors[name] = error.what();
    }
  }
  return errors;
}

// Again while that helps: what stands inside another service's overlay can be there only after it.
Errors restore_all(const std::map<std::string, ServiceState>& states, const TreeStore& trees,
                   const Inventory& inventory, std::set<std::string>& changed) {
  Errors errors = restore_each(states, trees, inventory, changed);
  for (size_t round = 1; round < states.size() && !errors.empty(); round++) {
    Errors left = restore_each(states, trees, inventory, changed);
    if (left == errors) break;
    errors = std::move(left);
  }
  return errors;
}

}  // namespace

Restored restore(const Store& store, const TreeStore& trees, Inventory& inventory,
                 const std::map<std::string, ServiceState>& states, const Errors& unreadable) {
  Restored restored;
  for (const auto& [name, state] : states) inventory.set(name, state.steps);
  for (const auto& [name, plan] : store.unfinished(restored.errors)) {
    if (unreadable.contains(name)) continue;
    const auto state = states.find(name);
    try {
      take_back(name, plan, store, inventory, state == states.end() ? nullptr : &state->second);
      restored.changed.insert(name);
    } catch (const std::exception& error) {
      restored.errors[name] = error.what();
      restored.open[name] = plan;
    }
  }
  for (const auto& [name, problem] : restore_all(states, trees, inventory, restored.changed))
    restored.errors[name] = problem;
  return restored;
}

void clear(const Store& store, Inventory& inventory,
           const std::map<std::string, ServiceState>& states) {
  std::string problems;
  for (const auto& [name, state] : states) {
    try {
      carry_out(diff(state.steps, {}), inventory.machine(name));
      inventory.set(name, {});
      store.remove(name);
    } catch (const std::exception& error) {
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", name, error.what());
    }
  }
  if (!problems.empty()) throw Error(problems);
}

}  // namespace overlayd
