// What new content would mean for a service on this machine, before anything is done.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/config.h"
#include "daemon/service/workshop.h"
#include "daemon/state/state.h"
#include "daemon/steps/checkout.h"
#include "daemon/steps/plan.h"
#include "daemon/upstream/wish.h"
#include "units/units.h"

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

// The unit of which the steps tell; empty: none.
std::string unit_of(const Steps& steps);

// The plan that takes everything of the service away.
Plan plan_of_removal(const ServiceState& state);

// What a plan does to the unit; null: nothing.
const Op* find_act(const Plan& plan);
Plan without_act(const Plan& plan);

// Whether an overlay of the plan may hold files that systemd itself reads.
bool touches_unit_files(const Plan& plan);

// What an action of services.toml ("reload") asks of systemd; none for "none". `gently`: with the
// same effect on a unit that runs, and none on one that does not.
std::optional<UnitVerb> unit_verb(const std::string& action, bool gently);

// The links of a checkout, with the trees' names made paths.
CheckoutLinks tree_paths(const std::map<std::string, std::string>& links, const TreeStore& trees);

}  // namespace overlayd
