#include "base/clock.h"

#include <array>
#include <chrono>
#include <ctime>

namespace overlayd {

uint64_t now() { return now_us() / 1'000'000; }

uint64_t now_us() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

std::string clock_time(int64_t at) {
  const std::time_t time = at;
  std::tm parts{};
  std::array<char, 32> text{};
  if (localtime_r(&time, &parts) == nullptr) return "?";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts)};
}

}  // namespace overlayd
