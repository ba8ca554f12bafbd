// Calls to the daemon from the server's threads: each on a connection of its own, because a
// connection belongs to one thread. That also needs no care for a bus or a daemon that was away.
#pragma once

#include <string>

#include "base/bus.h"

namespace overlayd::web {

// A message to the daemon that does not start it: a scrape must not undo what an administrator has
// stopped.
BusMessage message_to_daemon(sd_bus* bus, const char* interface, const char* method);

// Whether the error says that there is no daemon on the bus.
bool is_absence(const BusError& error);

// What Prometheus scrapes. Throws Error, in words for the client.
std::string metrics_of_daemon();

// Throws Error unless the daemon answers.
void ping_daemon();

}  // namespace overlayd::web
