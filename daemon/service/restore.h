// Puts in place what should be, from local state alone: no network, no D-Bus, no Git.
#pragma once

#include <map>
#include <set>
#include <string>

#include "daemon/state/store.h"
#include "daemon/steps/inventory.h"

namespace overlayd {

// Service -> what is wrong with it.
using Errors = std::map<std::string, std::string>;

struct Restored {
  std::set<std::string> changed;  // services of which something had to be put back
  Errors errors;                  // services of which something is missing still
};

// What of `steps` is not in effect. An overlay that another service has by now is left to that one:
// who is half done cannot hand over what services.toml gives to another, who takes it then.
Plan missing(const Steps& steps, const Machine& machine);

// Takes interrupted changes back, tells `inventory` of everything, and then makes whatever is not
// in effect on the machine. A service that cannot be restored does not hinder the others; one that
// is not known what there is of is left as it is. A plan that could not be taken back stays open.
Restored restore(const Store& store, const TreeStore& trees, Inventory& inventory, Memory& memory);

// Takes everything of all services away: what can go goes. What they go on with when they come back
// is kept, as for one that is taken out of services.toml. Throws Error after having tried all.
void clear(const Store& store, Inventory& inventory, const Memory& memory);

}  // namespace overlayd
