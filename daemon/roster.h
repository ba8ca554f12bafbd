// All services that there are: those that run, and what is remembered of those that do not.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/service/inheritance.h"
#include "daemon/service/restore.h"
#include "daemon/service/service.h"
#include "daemon/state/store.h"
#include "daemon/steps/inventory.h"

namespace overlayd {

class Roster {
 public:
  // Both must outlive this object.
  Roster(const Store& store, Inventory& inventory) : store_(store), inventory_(inventory) {}

  // What an earlier daemon has left, and what had to be done to have it in place.
  void remember(Memory memory, const Restored& restored);
  // What a service has left that does not run any more.
  void remember(const std::string& name, Remembered left);
  // For a service that runs from now on. `changed`: something of it was put back in place, which
  // its unit may not have seen yet.
  Remembered take_remembered(const std::string& name, bool& changed);

  using Running = std::map<std::string, std::shared_ptr<Service>>;
  const Running& running() const { return running_; }
  std::shared_ptr<Service> find(const std::string& name) const;  // null: it does not run
  void start(const std::string& name, std::shared_ptr<Service> service);
  void end(const std::string& name);

  bool has(const std::string& name) const { return find(name) || memory_.contains(name); }
  // Of one that runs or is remembered; an empty one if there is none.
  const ServiceState& state_of(const std::string& name) const;
  // Of one that nothing is under way of, here and below. Returns false, and nothing has changed, if
  // the disk does not take it.
  bool set_state(const std::string& name, const ServiceState& state);
  // It goes on under a name that does not run, and of which nothing is in place; what was
  // remembered by that is forgotten.
  void rename(const std::string& from, const std::string& to);

  // Services that run, and those of which something is in place.
  std::set<std::string> present() const;
  // Those that are in place and do not run.
  std::vector<std::string> kept() const;
  // Of all; null for what is half done, or not known.
  ServiceStates states() const;

 private:
  const Store& store_;
  Inventory& inventory_;
  Memory memory_;                  // of services that do not run
  std::set<std::string> changed_;  // those of them of which something had to be put back
  Running running_;
};

}  // namespace overlayd
