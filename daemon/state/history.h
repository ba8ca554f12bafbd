// What a service had, and who did what to it: the log in its state.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "daemon/state/state.h"

namespace overlayd {

// One that only repeats the last, tried again and failed again or put back again, takes its place.
void add_to_log(ServiceState& state, LogEntry entry);

// What was done to the service and not to its content: a freeze, another name.
void note_in_log(ServiceState& state, const std::string& verb, const std::string& by,
                 const std::string& reason, const std::string& message = "");

// What @{0}, @{1}, … mean: what is deployed, and before it the commits of the entries with new
// content. A commit that left the content of the service as it was is none of them.
std::vector<std::string> deployed_commits(const ServiceState& state);

// What @{1} means; null: there is none.
const LogEntry* deployment_before(const ServiceState& state);

// The log as docs/dbus.md describes it, newest first, with the numbers that @{N} goes by.
List log_of(const ServiceState& state);

}  // namespace overlayd
