// What a plan means for the unit whose files it changes, and for systemd.
#pragma once

#include <string>

#include "config/config.h"
#include "daemon/steps/plan.h"

namespace overlayd {

// Appends what is done to the unit, if the plan changes what it reads: an overlay's own action if
// only that overlay changed, else the service's. `always`: also if nothing changes.
void add_action(Plan& plan, const ServiceConfig& service, bool always);

// That; null: nothing is done to it.
const Op* find_action(const Plan& plan);
Plan without_action(const Plan& plan);

// The plan that takes everything away, the unit's action at its end: none if all overlays are
// another service's by now.
Plan plan_of_removal(const Steps& steps);

// The unit of which the steps tell; empty: none.
std::string unit_of(const Steps& steps);

// Whether an overlay of the plan may hold files that systemd itself reads.
bool touches_unit_files(const Plan& plan);

}  // namespace overlayd
