#include "daemon/inventory.h"

#include "base/path.h"

namespace overlayd {
namespace {

bool is_made(const Step& step) {
  return step.kind == StepKind::directory || step.kind == StepKind::file ||
         step.kind == StepKind::link;
}

bool is_mount(const Step& step) {
  return step.kind == StepKind::mount || step.kind == StepKind::mount_file;
}

}  // namespace

void Inventory::set(const std::string& service, const Steps& steps) {
  for (const auto& step : steps_[service]) {
    if (is_made(step) && --made_[step.subject] == 0) made_.erase(step.subject);
    if (is_mount(step)) overlays_.erase(step.subject);
  }
  for (const auto& step : steps) {
    if (is_made(step)) made_[step.subject]++;
    if (is_mount(step)) overlays_[step.subject] = step.value;
  }
  steps_[service] = steps;
}

bool Inventory::is_ours(const std::string& path) const { return made_.contains(path); }

Facts Inventory::facts() const {
  return
      [this](const std::string& path) { return is_ours(path) ? PathKind::missing : kind_of(path); };
}

Machine Inventory::machine() const {
  return {.trees = trees_,
          .overlays_below = [this](const std::string& path) { return overlays_below(path); }};
}

// The map is sorted, so what is below `path` stands together behind it, outermost first.
std::vector<LiveOverlay> Inventory::overlays_below(const std::string& path) const {
  std::vector<LiveOverlay> below;
  const std::string prefix = path + "/";
  for (auto overlay = overlays_.lower_bound(prefix);
       overlay != overlays_.end() && overlay->first.starts_with(prefix); ++overlay)
    below.push_back({.local = overlay->first, .tree = overlay->second});
  return below;
}

}  // namespace overlayd
