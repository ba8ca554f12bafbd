// How overlays change hands between services, as a changed services.toml has them.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "daemon/manager.h"

namespace overlayd {

// `at_rest`: nobody is at work, but for who asks.
ServiceStates Manager::states(bool at_rest) const {
  ServiceStates states;
  for (const auto& [name, remembered] : memory_) {
    const bool is_whole = !remembered.open && remembered.unreadable.empty();
    states[name] = is_whole ? &remembered.state : nullptr;
  }
  for (const auto& [name, service] : services_) {
    const bool may_become_whole = service->is_at_work() && !at_rest;
    states[name] = service->is_half_done() && !may_become_whole ? nullptr : &service->state();
  }
  return states;
}

// Overlays change hands before anything is taken away. Returns the services that have to wait until
// none of them is at work: then the configuration is applied again. What one gets from another may
// go on to a third: so it takes some rounds.
std::set<std::string> Manager::change_hands(int rounds) {
  std::set<std::string> concerned;
  std::vector<std::shared_ptr<Service>> at_work;
  for (const auto& share : inheritances(states(false), config().services, wanted_names()))
    for (const auto& name : {share.from, share.to})
      if (concerned.insert(name).second && services_.contains(name))
        at_work.push_back(services_[name]);
  if (concerned.empty() || rounds == 0) return {};
  if (at_work.empty()) {
    pass_on(concerned);
    return change_hands(rounds - 1);
  }
  if (!std::exchange(hands_change_, true))
    when_all_rest(at_work, [this, concerned] {
      hands_change_ = false;
      apply_again_ = loop_.soon([this] { apply_config(); });
      pass_on(concerned);
    });
  return concerned;
}

// What is a service under another name goes first: from there the rest goes on in the next round.
void Manager::pass_on(const std::set<std::string>& concerned) {
  auto due = inheritances(states(true), config().services, wanted_names());
  std::stable_partition(due.begin(), due.end(), [](const auto& share) { return share.whole; });
  for (const auto& share : due) {
    if (!concerned.contains(share.from) || !concerned.contains(share.to)) continue;
    if (share.whole && !services_.contains(share.to))
      rename(share.from, share.to);
    else if (services_.contains(share.from) || memory_.contains(share.from))
      pass_on(share);
  }
}

void Manager::pass_on(const Inheritance& share) {
  const auto heir =
      std::find_if(config().services.begin(), config().services.end(),
                   [&](const ServiceConfig& config) { return config.name == share.to; });
  ServiceState from = state_of_service(share.from);
  ServiceState to = state_of_service(share.to);
  inherit(from, to, share.places, *heir);
  log_info("{}: takes over {} from {}", share.to,
           join({share.places.begin(), share.places.end()}, ", "), share.from);
  keep(share.to, to);  // first: what both have is given up by the other one at the next start
  keep(share.from, from);
}

void Manager::rename(const std::string& from, const std::string& to) {
  Remembered kept;
  kept.state = state_of_service(from);
  try {
    rename_state(store_, from, to, kept.state);
  } catch (const std::exception& error) {
    log_error("{}: {}", to, error.what());
  }
  services_.erase(from);
  memory_.erase(from);
  metrics_.remove_service(from);
  inventory_.set(from, {});
  inventory_.set(to, kept.state.steps);
  if (changed_.erase(from) > 0) changed_.insert(to);
  memory_[to] = std::move(kept);
}

ServiceState Manager::state_of_service(const std::string& name) const {
  const auto service = services_.find(name);
  if (service != services_.end()) return service->second->state();
  const auto remembered = memory_.find(name);
  return remembered == memory_.end() ? ServiceState{} : remembered->second.state;
}

void Manager::keep(const std::string& name, const ServiceState& state) {
  const auto service = services_.find(name);
  if (service != services_.end()) {
    service->second->take(state);
  } else {
    memory_[name].state = state;
    guard([&] { store_.save(name, state, Durability::now); });
  }
  inventory_.set(name, state.steps);
}

// Nobody else waits for more than one service: these cannot wait for each other.
void Manager::when_all_rest(const std::vector<std::shared_ptr<Service>>& services,
                            const Callback& work) {
  const auto tickets = std::make_shared<std::vector<TaskQueue::Ticket>>();
  for (const auto& service : services)
    service->when_at_rest([tickets, work, all = services.size()](const TaskQueue::Ticket& ticket) {
      tickets->push_back(ticket);
      if (tickets->size() < all) return;
      work();
      tickets->clear();
    });
}

}  // namespace overlayd
