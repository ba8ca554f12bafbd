// All that is wrong with a service, for people and for Prometheus.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/service/situation.h"

namespace overlayd {

struct Problem {
  std::string_view of;  // service, unit, overlays or upstream
  std::string error;
  std::string hint;
  uint64_t at = 0;        // since when; 0: not known
  uint64_t retry_at = 0;  // 0: not by itself
};

// The worst first. `unit` is what systemd says of its unit; without a `load` if that is not known.
std::vector<Problem> problems_of(const Situation& situation, const UnitState& unit);

// Whether that makes the service a failed one: an upstream that is away does no harm to who has
// its content.
bool is_failed(const std::vector<Problem>& problems, const ServiceState& state);

}  // namespace overlayd
