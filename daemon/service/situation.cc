#include "daemon/service/situation.h"

#include <algorithm>

namespace overlayd {

std::optional<bool> in_sync(const ServiceConfig& config, const ServiceState& state,
                            const WishResult& tip) {
  if (tip.commit.id.empty()) return std::nullopt;
  if (tip.links.size() != config.overlays.size()) return false;
  for (size_t i = 0; i < config.overlays.size(); i++) {
    const auto& local = config.overlays[i].local;
    const bool there = std::any_of(state.steps.begin(), state.steps.end(), [&](const Step& step) {
      return is_overlay(step) && step.subject == local && step.value == tip.links[i].tree;
    });
    if (!there) return false;
  }
  return true;
}

}  // namespace overlayd
