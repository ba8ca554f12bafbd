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

bool Roster::set_state(const std::string& name, const ServiceState& state) {
  if (const auto service = find(name)) {
    if (!service->take(state)) return false;
  } else {
    try {
      store_.save(name, state, Durability::now);
    } catch (const std::exception& error) {
      log_error("{}: cannot save its state: {}", name, error.what());
      return false;
    }
    memory_[name].state = state;
  }
  inventory_.set(name, state.steps);
  return true;
}

void Roster::rename(const std::string& from, const std::string& to) {
  memory_.erase(to);
  if (auto running = running_.extract(from)) {
    running.mapped()->rename(to);
    running.key() = to;
    running_.insert(std::move(running));
  } else {
    Record record(store_, from, memory_[from]);
    rename_record(record, to);
    memory_.erase(from);
    memory_[to] = record.remembered();
  }
  inventory_.set(from, {});
  inventory_.set(to, state_of(to).steps);
  if (changed_.erase(from) > 0) changed_.insert(to);
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

ServiceStates Roster::states() const {
  ServiceStates states;
  for (const auto& [name, remembered] : memory_) {
    const bool is_whole = !remembered.open && remembered.unreadable.empty();
    states[name] = is_whole ? &remembered.state : nullptr;
  }
  for (const auto& [name, service] : running_) {
    const bool may_become_whole = service->is_at_work();
    states[name] = service->is_half_done() && !may_become_whole ? nullptr : &service->state();
  }
  return states;
}

}  // namespace overlayd
