// What to do about an upstream that turns overlayd away, and about a unit that does.
#pragma once

#include <string>

#include "config/config.h"
#include "daemon/state.h"
#include "git/messages.h"
#include "units/units.h"

namespace overlayd {

// One line that names the key of services.toml to look at; empty if time alone may mend it.
std::string advice(const git::Failure& failure, const UpstreamConfig& upstream);

// The same for a unit that did not do what it was told; `state` is that of the service.
std::string advice(const UnitOutcome& outcome, const ServiceConfig& service,
                   const ServiceState& state);

}  // namespace overlayd
