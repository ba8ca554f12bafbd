// What to do about an upstream that turns overlayd away.
#pragma once

#include <string>

#include "config/config.h"
#include "git/messages.h"

namespace overlayd {

// One line that names the key of services.toml to look at; empty if time alone may mend it.
std::string advice(const git::Failure& failure, const UpstreamConfig& upstream);

}  // namespace overlayd
