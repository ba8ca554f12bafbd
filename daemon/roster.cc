#include "daemon/roster.h"

#include <utility>

#include "base/log.h"

namespace overlayd {

void Roster::remember(Memory memory, const Restored& restored) {
  memory_ = std::move(memory);
  changed_ = restored.changed;
}

void Roster::remember(const std::string& name, Remembered left) { memory_[name] = std::move(left); }

Remembered Roster::take_remembered(const std::string& name, bool& changed) {
  changed = changed_.erase(name) > 0;
  auto found = memory_.extract(name);
  return found.empty() ? Remembered{} : std::move(found.mapped());
}

std::shared_ptr<Service> Roster::find(const std::string& name) const {
  const auto found = running_.find(name);
  return found == running_.end() ? nullptr : found->second;
}

void Roster::start(const std::string& name, std::shared_ptr<Service> service) {
  running_[name] = std::move(service);
}

void Roster::end(const std::string& name) { running_.erase(name); }

const ServiceState& Roster::state_of(const std::string& name) const {
  static const ServiceState nothing;
  if (const auto service = running_.find(name); service != running_.end())
    return service->second->state();
  const auto remembered = memory_.find(name);
  return remembered == memory_.end() ? nothing : remembered->second.state;
}

void Roster::set_state(const std::string& name, const ServiceState& state) {
  if (const auto service = find(name)) {
    service->take(state);
  } else {
    memory_[name].state = state;
    guard([&] { store_.save(name, state, Durability::now); });
  }
  inventory_.set(name, state.steps);
}

void Roster::rename(const std::string& from, const std::string& to) {
  Remembered kept;
  kept.state = state_of(from);
  try {
    rename_state(store_, from, to, kept.state);
  } catch (const std::exception& error) {
    log_error("{}: {}", to, error.what());
  }
  running_.erase(from);
  memory_.erase(from);
  inventory_.set(from, {});
  inventory_.set(to, kept.state.steps);
  if (changed_.erase(from) > 0) changed_.insert(to);
  memory_[to] = std::move(kept);
}

std::set<std::string> Roster::present() const {
  std::set<std::string> present;
  for (const auto& [name, service] : running_) present.insert(name);
  for (const auto& [name, remembered] : memory_)
    if (!remembered.state.steps.empty() || remembered.open) present.insert(name);
  return present;
}

std::vector<std::string> Roster::kept() const {
  std::vector<std::string> names;
  for (const auto& [name, remembered] : memory_)
    if (!remembered.state.steps.empty()) names.push_back(name);
  return names;
}

ServiceStates Roster::states(bool at_rest) const {
  ServiceStates states;
  for (const auto& [name, remembered] : memory_) {
    const bool is_whole = !remembered.open && remembered.unreadable.empty();
    states[name] = is_whole ? &remembered.state : nullptr;
  }
  for (const auto& [name, service] : running_) {
    const bool may_become_whole = service->is_at_work() && !at_rest;
    states[name] = service->is_half_done() && !may_become_whole ? nullptr : &service->state();
  }
  return states;
}

}  // namespace overlayd
