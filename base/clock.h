// The time of day, as it is stored and shown.
#pragma once

#include <cstdint>

namespace overlayd {

// Seconds since the epoch.
uint64_t now();
// The same in microseconds, as systemd counts.
uint64_t now_us();

}  // namespace overlayd
