#include "base/clock.h"

#include <chrono>

namespace overlayd {

uint64_t now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
}

}  // namespace overlayd
