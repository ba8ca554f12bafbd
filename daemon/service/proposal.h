// What new content would mean for a service on this machine, before anything is done.
#pragma once

#include <map>
#include <string>

#include "config/config.h"
#include "daemon/service/workshop.h"
#include "daemon/state/state.h"
#include "daemon/steps/plan.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

struct Proposal {
  Steps steps;                               // what the machine is to look like
  Plan plan;                                 // the way there, the unit's action at its end
  std::map<std::string, std::string> links;  // of the checkout: path in the repository -> tree
};

// `act_anyway`: tell the unit even if nothing changes. Throws Error if something on the machine is
// in the way.
Proposal propose(const Workshop& workshop, const ServiceConfig& config, const ServiceState& state,
                 const WishResult& content, bool act_anyway);

}  // namespace overlayd
