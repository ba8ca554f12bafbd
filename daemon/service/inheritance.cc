#include "daemon/service/inheritance.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/path.h"
#include "daemon/service/change.h"
#include "daemon/state/history.h"

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

}  // namespace

std::vector<Inheritance> inheritances(const ServiceStates& states,
                                      const std::vector<ServiceConfig>& services,
                                      const std::set<std::string>& wanted) {
  const Owners owners = owners_of(services);
  std::vector<Inheritance> result;
  for (const auto& [name, state] : states) {
    if (state == nullptr) continue;
    std::vector<Inheritance> shares;
    for (const auto& [heir, places] : shares_of(name, *state, owners)) {
      if (states.contains(heir->name) && states.at(heir->name) == nullptr) continue;
      const bool whole = !wanted.contains(name) && state->upstream == heir->upstream &&
                         !has_anything_in_place(states, heir->name);
      shares.push_back({.from = name, .to = heir->name, .places = places, .whole = whole});
    }
    // one of them at most is the service itself: who has most of it
    const auto main =
        std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
          return std::pair(a.whole, a.places.size()) < std::pair(b.whole, b.places.size());
        });
    for (auto share = shares.begin(); share != shares.end(); ++share)
      share->whole = share->whole && share == main;
    std::move(shares.begin(), shares.end(), std::back_inserter(result));
  }
  return result;
}

void inherit(ServiceState& from, ServiceState& to, const std::set<std::string>& places,
             const ServiceConfig& config) {
  const auto is_there = [&](const Step& step) {
    return std::find(to.steps.begin(), to.steps.end(), step) != to.steps.end();
  };
  const auto goes = [&](const Step& step) {
    return places.contains(step.subject) && (is_overlay(step) || is_place(step));
  };
  // what an overlay stands on was made for both from now on: the last one removes it
  const auto carries = [&](const Step& step) {
    return is_place(step) && std::any_of(places.begin(), places.end(), [&](const auto& place) {
             return is_at_or_below(place, step.subject);
           });
  };
  for (const auto& step : from.steps)
    if ((goes(step) || carries(step)) && !is_there(step)) to.steps.push_back(step);
  std::erase_if(from.steps, goes);
  from.configured.clear();
  to.configured.clear();
  if (!known_commit(to).id.empty() || !comes_from(from, config.upstream, config.branch)) return;
  to.deployed = from.deployed;
  to.deployed_at = from.deployed_at;
  to.upstream = from.upstream;
  to.branch = from.branch;
  to.frozen = from.frozen;
  to.pinned = from.pinned;
}

void rename_state(const Store& store, const std::string& from, const std::string& to,
                  ServiceState& state) {
  note_in_log(state, "configuration", on_its_own, "its name was " + from);
  log_line(LOG_INFO, fmt::format("{}: goes on as {}", from, to), {"OVERLAYD_SERVICE=" + to});
  store.finish(from);
  store.rename(from, to);
  store.save(to, state, Durability::now);
}

}  // namespace overlayd
