// The time of day, as it is stored and shown.
#pragma once

#include <cstdint>
#include <string>

namespace overlayd {

// Seconds since the epoch.
uint64_t now();
// The same in microseconds, as systemd counts.
uint64_t now_us();

// "2026-03-01 14:20", in the local time zone: seconds since the epoch, for people.
std::string clock_time(int64_t at);

}  // namespace overlayd
