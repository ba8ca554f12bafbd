// The time of day, as it is stored and shown.
#pragma once

#include <cstdint>

namespace overlayd {

// Seconds since the epoch.
uint64_t now();

}  // namespace overlayd
