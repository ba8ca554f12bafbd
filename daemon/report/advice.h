// What to do about an upstream that turns overlayd away, a unit that does, and what stands in the
// way on this machine.
#pragma once

#include <string>

#include "config/config.h"
#include "daemon/state/state.h"
#include "git/messages.h"
#include "units/units.h"

namespace overlayd {

// One line that names the key of services.toml to look at; empty if time alone may mend it.
std::string advice(const git::Failure& failure, const UpstreamConfig& upstream,
                   const std::string& state_directory);

// The same where nothing can be written to the state directory; `code` is the errno.
std::string advice_on_writing(int code, const std::string& state_directory);

// The same for a unit that did not do what it was told; `state` is that of the service.
std::string advice(const UnitOutcome& outcome, const ServiceConfig& service,
                   const ServiceState& state);

// The same for one that is not there at all.
std::string advice(const UnitState& unit, const ServiceConfig& service);

// The same where there is no going back to a commit before with other content: the branch has none,
// for its history may have been replaced, or those that are `refused`, which cannot be shown.
// `further`: the last one that was looked at, where nobody has looked before that. Empty if there
// is nothing else to go to.
std::string advice_without_older(const std::string& service, const ServiceState& state,
                                 const std::vector<std::string>& refused,
                                 const std::string& further);

// What to do where the upstream has no such revision.
std::string advice_on_revisions(const std::string& service);

}  // namespace overlayd
