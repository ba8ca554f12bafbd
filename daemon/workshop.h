// What all changes work with; owned by the manager, which outlives them.
#pragma once

#include <functional>
#include <string>

#include "daemon/inventory.h"
#include "daemon/metrics.h"
#include "daemon/settings.h"
#include "daemon/store.h"
#include "daemon/trees.h"
#include "units/units.h"

namespace overlayd {

struct Workshop {
  const Settings& settings;
  const TreeStore& trees;
  const Store& store;
  Inventory& inventory;
  Units& units;
  Metrics& metrics;
  // Has a service look whether all of it is still in place: another one's change may have taken
  // some of it away.
  std::function<void(const std::string& service)> look_after;
};

}  // namespace overlayd
