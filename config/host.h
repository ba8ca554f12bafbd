// What this machine goes by.
#pragma once

#include <string>
#include <string_view>

#include "config/machine.h"

namespace overlayd {

// Reads the host name and the addresses of all interfaces that are up. The full name comes from the
// host name or else from /etc/hosts; DNS is not asked. Throws SystemError.
Host this_host();

// The full name for `name` in the text of an /etc/hosts; `name` itself if there is none.
std::string full_name(const std::string& name, std::string_view hosts);

}  // namespace overlayd
