// Puts in place what should be, from local state alone: no network, no D-Bus, no Git.
#pragma once

#include <map>
#include <set>
#include <string>

#include "daemon/inventory.h"
#include "daemon/state.h"
#include "daemon/store.h"

namespace overlayd {

struct Restored {
  std::set<std::string> changed;     // services of which something had to be put back
  Errors errors;                     // services of which something is missing still
  std::map<std::string, Plan> open;  // interrupted changes that could not be taken back
};

// Takes interrupted changes back, tells `inventory` of everything, and then makes whatever is not
// in effect on the machine. A service that cannot be restored does not hinder the others; those in
// `unreadable` are left alone.
Restored restore(const Store& store, const TreeStore& trees, Inventory& inventory,
                 const std::map<std::string, ServiceState>& states, const Errors& unreadable = {});

// Takes everything of all services away, and forgets them. Throws Error after having tried all.
void clear(const Store& store, Inventory& inventory,
           const std::map<std::string, ServiceState>& states);

}  // namespace overlayd
