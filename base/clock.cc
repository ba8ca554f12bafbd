#include "base/clock.h"

#include <chrono>

namespace overlayd {

uint64_t now() { return now_us() / 1'000'000; }

uint64_t now_us() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

}  // namespace overlayd
