#include "daemon/service/restore.h"

#include <algorithm>
#include <functional>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/state/history.h"
#include "daemon/steps/ageing.h"
#include "daemon/steps/checkout.h"

namespace overlayd {
namespace {

void take_back(const std::string& service, const Remembered& remembered, const Store& store,
               const Inventory& inventory) {
  if (!is_after(*remembered.open, remembered.state.steps)) {
    log_warning("{}: a change was interrupted; it is taken back", service);
    overlayd::take_back(*remembered.open, inventory.machine(service));
  }
  store.finish(service);
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
      make_checkout(step.subject, step.value, trees.paths(state.links));
}

// Operation by operation: what can be done is, though something else of the service cannot.
class Attempts {
 public:
  void attempt(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      problems_.emplace_back(error.what());
    }
  }
  void carry_out_each(const Plan& plan, const Machine& machine) {
    for (const auto& op : plan) attempt([&] { carry_out({op}, machine); });
  }
  std::string problems() const { return join(problems_, "; "); }

 private:
  std::vector<std::string> problems_;
};

std::string restore_one(const std::string& service, const ServiceState& state,
                        const TreeStore& trees, const Inventory& inventory, const Plan& plan) {
  Attempts attempts;
  if (needs_checkouts(plan)) attempts.attempt([&] { make_checkouts(state, trees); });
  attempts.carry_out_each(plan, inventory.machine(service));
  return attempts.problems();
}

void keep_checkouts(const ServiceState& state) {
  for (const auto& step : state.steps)
    if (step.kind == StepKind::checkout) keep_from_ageing(parent_path(step.subject));
}

// Once through all; adds to `changed` those that were not in place.
Errors restore_each(const Memory& memory, const TreeStore& trees, const Inventory& inventory,
                    std::set<std::string>& changed) {
  Errors errors;
  for (const auto& [name, remembered] : memory) {
    try {
      const Plan plan = missing(remembered.state.steps, inventory.machine(name));
      if (!plan.empty()) changed.insert(name);
      const std::string problem = restore_one(name, remembered.state, trees, inventory, plan);
      if (!problem.empty()) errors[name] = problem;
      keep_checkouts(remembered.state);
    } catch (const std::exception& error) {
      errors[name] = error.what();
    }
  }
  return errors;
}

// Again while that helps: what stands inside another service's overlay can be there only after it.
Errors restore_all(const Memory& memory, const TreeStore& trees, const Inventory& inventory,
                   std::set<std::string>& changed) {
  Errors errors = restore_each(memory, trees, inventory, changed);
  for (size_t round = 1; round < memory.size() && !errors.empty(); round++) {
    Errors left = restore_each(memory, trees, inventory, changed);
    if (left == errors) break;
    errors = std::move(left);
  }
  return errors;
}

// Of a disk that is full it keeps what it has of before: then the next start puts all back.
void keep_what_it_goes_on_with(const std::string& service, ServiceState state, const Store& store) {
  if (known_commit(state).id.empty()) return store.remove(service);
  if (state.steps.empty()) return;  // it was taken away before
  const std::string from = state.deployed.id;
  take_away(state);
  add_to_log(state, {.at = now(),
                     .verb = "clear",
                     .by = "root",
                     .reason = "",
                     .revision = "",
                     .from = from,
                     .commit = {},
                     .upstream = "",
                     .outcome = "done",
                     .message = ""});
  try {
    store.save(service, state, Durability::now);
  } catch (const Error& error) {
    log_warning("{}: is taken away, but a start puts it back: {}", service, error.what());
  }
}

// Of what two have it is not the one's who is half done: see missing().
void tell(Inventory& inventory, const Memory& memory) {
  for (const bool half_done : {true, false})
    for (const auto& [name, remembered] : memory)
      if (remembered.open.has_value() == half_done) inventory.set(name, remembered.state.steps);
}

}  // namespace

Plan missing(const Steps& steps, const Machine& machine) {
  Plan plan;
  for (const auto& step : steps)
    if (!is_in_effect(step, machine.trees) && !(is_mount(step) && machine.is_of_another(step)))
      plan.push_back({.kind = OpKind::make, .step = step, .before = {}});
  return plan;
}

Restored restore(const Store& store, const TreeStore& trees, Inventory& inventory, Memory& memory) {
  Restored restored;
  tell(inventory, memory);
  for (auto& [name, remembered] : memory) {
    if (!remembered.open || !remembered.unreadable.empty()) continue;
    try {
      take_back(name, remembered, store, inventory);
      remembered.open.reset();
      restored.changed.insert(name);
    } catch (const std::exception& error) {
      restored.errors[name] = error.what();
    }
  }
  for (const auto& [name, problem] : restore_all(memory, trees, inventory, restored.changed))
    restored.errors[name] = problem;
  for (const auto& [name, remembered] : memory)
    if (!remembered.unreadable.empty()) restored.errors[name] = remembered.unreadable;
  return restored;
}

void clear(const Store& store, Inventory& inventory, const Memory& memory) {
  std::vector<std::string> problems;
  for (const auto& [name, remembered] : memory) {
    Attempts attempts;
    attempts.carry_out_each(diff(remembered.state.steps, {}), inventory.machine(name));
    inventory.set(name, {});
    if (remembered.unreadable.empty() && attempts.problems().empty())
      attempts.attempt([&, &service = name, &state = remembered.state] {
        keep_what_it_goes_on_with(service, state, store);
      });
    const std::string problem =
        remembered.unreadable.empty() ? attempts.problems() : remembered.unreadable;
    if (!problem.empty()) problems.push_back(fmt::format("{}: {}", name, problem));
  }
  if (!problems.empty()) throw Error(join(problems, "; "));
}

}  // namespace overlayd
