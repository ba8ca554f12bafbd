// Overlays that are in place for one service, and that services.toml gives to another.
//
// They are handed over as they are, so that nothing is taken away to be put in place again: only
// then does the new owner change them, in one atomic operation, if they are to show something else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/state/record.h"
#include "daemon/steps/plan.h"
#include "daemon/trees/trees.h"

namespace overlayd {

// What there is of each service; null for one of which something is half done: that has to be taken
// back as it was begun.
using ServiceStates = std::map<std::string, const ServiceState*>;

struct Inheritance {
  std::string from;
  std::string to;
  std::set<std::string> locals;
  // It is the same service under another name: all there is goes with them.
  bool whole = false;
};

// `wanted` are the names that services.toml knows, those for other machines among them.
std::vector<Inheritance> inheritances(const ServiceStates& states,
                                      const std::vector<ServiceConfig>& services,
                                      const std::set<std::string>& wanted);

// Symbolic links lead into the checkout of their service, which does not come along. Has those of
// `share` lead straight to their trees in `steps`, until the heir has a checkout of its own that
// they lead into; what is a service under another name gives its checkout up, for that has the old
// name. Returns the plan that does it.
Plan straightened(const Inheritance& share, const TreeStore& trees, Steps& steps);

// Moves what `share` has from one state to the other, and notes it in both logs. An heir who had
// nothing yet, and by its configuration follows the same upstream and branch, has the commit from
// now on as well, and the freeze or pin.
void inherit(const Inheritance& share, const ServiceConfig& heir, ServiceState& from,
             ServiceState& to);

// Has a service go on under another name; it is noted in its log.
void rename_record(Record& record, const std::string& name);

}  // namespace overlayd
