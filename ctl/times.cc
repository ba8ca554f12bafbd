#include "ctl/times.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>

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

std::string clock_time(int64_t at) {
  const std::time_t time = at;
  std::tm parts{};
  std::array<char, 32> text{};
  if (localtime_r(&time, &parts) == nullptr) return "?";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts)};
}

}  // namespace overlayd::ctl
