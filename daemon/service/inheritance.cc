#include "daemon/service/inheritance.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/service/change.h"
#include "daemon/state/history.h"
#include "daemon/steps/action.h"
#include "daemon/steps/apply.h"

namespace overlayd {
namespace {

using Owners = std::map<std::string, const ServiceConfig*>;  // by place

Owners owners_of(const std::vector<ServiceConfig>& services) {
  Owners owners;
  for (const auto& service : services)
    for (const auto& overlay : service.overlays) owners[overlay.local] = &service;
  return owners;
}

// By heir: what `state` has in place that is another's by the configuration.
std::map<const ServiceConfig*, std::set<std::string>> shares_of(const std::string& name,
                                                                const ServiceState& state,
                                                                const Owners& owners) {
  std::map<const ServiceConfig*, std::set<std::string>> shares;
  for (const auto& step : state.steps) {
    const auto owner = owners.find(step.subject);
    if (is_overlay(step) && owner != owners.end() && owner->second->name != name)
      shares[owner->second].insert(step.subject);
  }
  return shares;
}

bool has_anything_in_place(const ServiceStates& states, const std::string& name) {
  const auto found = states.find(name);
  return found != states.end() && !found->second->steps.empty();
}

// Of what one service leaves, one share at most is the service itself: the largest.
void choose_one_heir(std::vector<Inheritance>& shares) {
  const auto main =
      std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
        return std::pair(a.whole, a.locals.size()) < std::pair(b.whole, b.locals.size());
      });
  for (auto share = shares.begin(); share != shares.end(); ++share)
    share->whole = share->whole && share == main;
}

// Of services that become one, it is one at most: who is frozen or pinned, for that has to stay
// where it is, else who has most.
void choose_one_predecessor(std::vector<Inheritance>& shares, const ServiceStates& states) {
  const auto rank = [&](const Inheritance& share) {
    return std::pair(is_held(*states.at(share.from)), share.locals.size());
  };
  std::map<std::string, Inheritance*> chosen;
  for (auto& share : shares) {
    if (!share.whole) continue;
    Inheritance*& best = chosen[share.to];
    Inheritance* worse = &share;
    if (best == nullptr || rank(share) > rank(*best)) std::swap(best, worse);
    if (worse != nullptr) worse->whole = false;
  }
}

// Has `to` follow on from where the other one is, if that is the same history.
// `whole`: it is the same service, whatever was remembered by that name.
bool take_commit(const ServiceState& from, bool whole, const ServiceConfig& heir,
                 ServiceState& to) {
  if (!to.deployed.id.empty()) return false;
  if (!whole && (is_held(to) || !comes_from(from, heir.upstream, heir.branch))) return false;
  to.former = {};
  to.deployed = from.deployed;
  to.deployed_at = from.deployed_at;
  to.upstream = from.upstream;
  to.branch = from.branch;
  to.frozen = from.frozen;
  to.pinned = from.pinned;
  return true;
}

// Behind what it stands on, before what stands on it: so are the lists of steps made.
void insert(const Step& step, Steps& steps) {
  const auto inner = std::find_if(steps.begin(), steps.end(), [&](const Step& other) {
    return other.subject != step.subject && is_at_or_below(other.subject, step.subject);
  });
  steps.insert(inner, step);
}

// Returns whether that made a difference to `to`.
bool move_steps(const std::set<std::string>& locals, Steps& from, Steps& to) {
  const size_t before = to.size();
  const auto is_there = [&](const Step& step) {
    return std::any_of(to.begin(), to.end(),
                       [&](const Step& other) { return other.same_place(step); });
  };
  const auto goes = [&](const Step& step) {
    return locals.contains(step.subject) && (is_overlay(step) || is_place(step));
  };
  // what an overlay stands on was made for both from now on: the last one removes it
  const auto carries = [&](const Step& step) {
    return is_place(step) && std::any_of(locals.begin(), locals.end(), [&](const auto& local) {
             return is_at_or_below(local, step.subject);
           });
  };
  for (const auto& step : from)
    if ((goes(step) || carries(step)) && !is_there(step)) insert(step, to);
  std::erase_if(from, goes);
  return to.size() > before;
}

}  // namespace

std::vector<Inheritance> inheritances(const ServiceStates& states,
                                      const std::vector<ServiceConfig>& services,
                                      const std::set<std::string>& wanted) {
  const Owners owners = owners_of(services);
  std::vector<Inheritance> result;
  for (const auto& [name, state] : states) {
    if (state == nullptr) continue;
    std::vector<Inheritance> shares;
    for (const auto& [heir, locals] : shares_of(name, *state, owners)) {
      if (states.contains(heir->name) && states.at(heir->name) == nullptr) continue;
      const bool whole = !wanted.contains(name) && state->upstream == heir->upstream &&
                         !has_anything_in_place(states, heir->name);
      shares.push_back({.from = name, .to = heir->name, .locals = locals, .whole = whole});
    }
    choose_one_heir(shares);
    std::move(shares.begin(), shares.end(), std::back_inserter(result));
  }
  choose_one_predecessor(result, states);
  return result;
}

Plan straightened(const Inheritance& share, const TreeStore& trees, Steps& steps) {
  std::map<std::string, std::string> targets;
  for (const auto& step : steps)
    if (step.kind == StepKind::show && (share.whole || share.locals.contains(step.subject)))
      targets[step.subject] = trees.path(step.value);
  Plan plan;
  for (auto& step : steps) {
    const auto target = targets.find(step.subject);
    if (step.kind != StepKind::link || target == targets.end() || step.value == target->second)
      continue;
    const Step before = std::exchange(step, {step.kind, step.subject, target->second, step.origin});
    if (is_in_effect(before, trees))
      plan.push_back({.kind = OpKind::change, .step = step, .before = before});
  }
  for (const auto& step : steps)
    if (share.whole && step.kind == StepKind::checkout)
      plan.push_back({.kind = OpKind::undo, .step = step, .before = {}});
  if (share.whole)
    std::erase_if(steps, [](const Step& step) { return step.kind == StepKind::checkout; });
  return plan;
}

void inherit(const Inheritance& share, const ServiceConfig& heir, ServiceState& from,
             ServiceState& to) {
  const bool moved = move_steps(share.locals, from.steps, to.steps);  // else it was tried before
  if (moved && (from.untold || unit_of(from.steps) != heir.unit)) to.untold = true;
  from.configured.clear();
  if (moved) to.configured.clear();
  const bool taken = take_commit(from, share.whole, heir, to);
  const bool holds_too = taken || !is_held(from);
  const std::string locals = join({share.locals.begin(), share.locals.end()}, ", ");
  note_in_log(from, "configuration", on_its_own, fmt::format("{} goes to {}", locals, share.to));
  if (moved)
    note_in_log(to, "configuration", on_its_own,
                fmt::format("{} comes from {}{}", locals, share.from,
                            holds_too ? "" : ", which was " + hold_words(from)));
  if (taken && share.whole) {  // it went along: who comes by the old name is another one
    from.frozen.reset();
    from.pinned.reset();
  }
}

void rename_record(Record& record, const std::string& name) {
  note_in_log(record.state(), "configuration", on_its_own, "its name was " + record.service());
  log_line(LOG_INFO, fmt::format("{}: goes on as {}", record.service(), name),
           {"OVERLAYD_SERVICE=" + name});
  record.rename(name);
  record.save(Durability::now);
}

}  // namespace overlayd
