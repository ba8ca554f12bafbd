// What all changes work with; owned by the manager, which outlives them.
#pragma once

#include <functional>
#include <string>

#include "daemon/report/metrics.h"
#include "daemon/state/settings.h"
#include "daemon/state/store.h"
#include "daemon/steps/inventory.h"
#include "daemon/trees/trees.h"
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
  std::function<void(const std::string& service)> disturbed;
  // A service that was paused has ended what it was at.
  std::function<void()> at_rest;
};

}  // namespace overlayd
