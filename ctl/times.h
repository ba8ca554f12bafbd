// Points in time as people say them. Seconds since the epoch; 0 is never.
#pragma once

#include <cstdint>
#include <string>

namespace overlayd::ctl {

// "never", "just now", "45s ago", "1h 20m ago"; a time that has not come yet as "in 1h 20m".
std::string relative_time(int64_t at, int64_t now);

}  // namespace overlayd::ctl
