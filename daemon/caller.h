// Who is on the other end of a D-Bus call.
#pragma once

#include <string>

#include "base/bus.h"

namespace overlayd {

bool is_root(sd_bus_message* call);

// Throws BusError (AccessDenied) unless the caller is root. The bus policy says the same; this does
// not rely on it.
void require_root(sd_bus_message* call);

// The caller's name for people: who logged in, if that is known, else the effective user.
std::string caller_name(sd_bus_message* call);

}  // namespace overlayd
