#include "units/unit_state.h"

#include <fmt/core.h>

namespace overlayd {

std::string describe(const UnitState& state) {
  if (state.load == "not-found") return "not found";
  if (state.load == "masked") return "masked";
  if (state.active != "failed") return fmt::format("{} ({})", state.active, state.sub);
  const std::string result = state.result.empty() ? state.sub : state.result;
  if (state.exit_status == 0) return fmt::format("failed ({})", result);
  return fmt::format("failed ({}, status {})", result, state.exit_status);
}

}  // namespace overlayd
