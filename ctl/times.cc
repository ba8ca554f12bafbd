#include "ctl/times.h"

#include <fmt/core.h>

#include <chrono>

#include "base/text.h"

namespace overlayd::ctl {
namespace {

// Seconds tell nothing any more once there are minutes.
std::string roughly(int64_t seconds) {
  if (seconds >= 60) seconds -= seconds % 60;
  return format_duration(std::chrono::seconds(seconds));
}

}  // namespace

std::string relative_time(int64_t at, int64_t now) {
  if (at <= 0) return "never";
  if (at == now) return "just now";
  return at > now ? fmt::format("in {}", roughly(at - now))
                  : fmt::format("{} ago", roughly(now - at));
}

}  // namespace overlayd::ctl
