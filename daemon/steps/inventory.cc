#include "daemon/steps/inventory.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "mounts/overlay.h"
#include "mounts/underneath.h"

namespace overlayd {
namespace {

bool contains(const Steps& steps, const Step& wanted) {
  return std::find(steps.begin(), steps.end(), wanted) != steps.end();
}

bool has_place(const Steps& steps, const Step& wanted) {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const Step& step) { return step.same_place(wanted); });
}

}  // namespace

void Inventory::set(const std::string& service, const Steps& steps) {
  const Steps before = std::exchange(steps_[service], steps);
  for (const auto& step : before) {
    if (is_place(step)) made_[step.subject].erase(service);
    if (is_place(step) && made_[step.subject].empty()) made_.erase(step.subject);
    if (is_mount(step) && !has_place(steps, step)) give_up(service, step);
  }
  for (const auto& step : steps) {
    if (is_place(step)) made_[step.subject].insert(service);
    if (is_mount(step) && !contains(before, step)) overlays_[step.subject] = shown(service, step);
  }
}

// To who has it as well, if somebody does.
void Inventory::give_up(const std::string& service, const Step& overlay) {
  const auto found = overlays_.find(overlay.subject);
  if (found == overlays_.end() || found->second.service != service) return;
  overlays_.erase(found);
  for (const auto& [other, steps] : steps_)
    for (const auto& step : steps)
      if (other != service && step.same_place(overlay))
        overlays_[step.subject] = shown(other, step);
}

Inventory::Overlay Inventory::shown(const std::string& service, const Step& step) {
  return {.tree = step.value, .service = service, .directory = step.kind == StepKind::mount};
}

bool Inventory::is_of_another(const std::string& service, const Step& step) const {
  const auto overlay = overlays_.find(step.subject);
  if (overlay != overlays_.end() && overlay->second.service != service) return true;
  const auto made = made_.find(step.subject);
  return is_place(step) && made != made_.end() &&
         made->second.size() > (made->second.contains(service) ? 1U : 0U);
}

Facts Inventory::facts(const std::string& service) const {
  return [this, service](const std::string& path) { return kind_at(service, path); };
}

PathKind Inventory::kind_at(const std::string& service, const std::string& path) const {
  if (made_.contains(path)) return PathKind::missing;
  for (const auto& [local, overlay] : overlays_)
    if (overlay.service == service && local != path && is_at_or_below(path, local))
      return kind_underneath(local, path);
  return kind_of(path);
}

Machine Inventory::machine(const std::string& service) const {
  return {
      .trees = trees_,
      .overlays_below = [this](const std::string& path) { return overlays_below(path); },
      .is_of_another = [this, service](const Step& step) { return is_of_another(service, step); }};
}

// The map is sorted, so what is below `path` stands together behind it, outermost first.
std::pair<Inventory::Overlays::const_iterator, Inventory::Overlays::const_iterator>
Inventory::below(const std::string& path) const {
  const std::string prefix = path == "/" ? "" : path;
  return {overlays_.lower_bound(prefix + "/"), overlays_.lower_bound(prefix + char('/' + 1))};
}

std::vector<LiveOverlay> Inventory::overlays_below(const std::string& path) const {
  std::vector<LiveOverlay> result;
  const auto [begin, end] = below(path);
  for (auto overlay = begin; overlay != end; ++overlay) result.push_back(described(*overlay));
  return result;
}

LiveOverlay Inventory::described(const Overlays::value_type& overlay) {
  return {.local = overlay.first,
          .tree = overlay.second.tree,
          .service = overlay.second.service,
          .directory = overlay.second.directory};
}

std::vector<LiveOverlay> Inventory::overlays_of_others(const std::string& service) const {
  std::vector<LiveOverlay> result;
  for (const auto& overlay : overlays_)
    if (overlay.second.service != service) result.push_back(described(overlay));
  return result;
}

std::optional<LiveOverlay> Inventory::overlay_around(const std::string& service,
                                                     const std::string& path) const {
  for (std::string outer = parent_path(path); outer != "/"; outer = parent_path(outer)) {
    const auto overlay = overlays_.find(outer);
    if (overlay != overlays_.end() && overlay->second.service != service &&
        is_live(outer, trees_.path(overlay->second.tree)) == Live::yes)
      return described(*overlay);
  }
  return std::nullopt;
}

std::set<std::string> Inventory::services_around(const std::string& service,
                                                 const std::string& path) const {
  std::set<std::string> services;
  for (std::string outer = parent_path(path); outer != "/"; outer = parent_path(outer)) {
    const auto overlay = overlays_.find(outer);
    if (overlay != overlays_.end() && overlay->second.service != service)
      services.insert(overlay->second.service);
  }
  return services;
}

std::set<std::string> Inventory::disturbed(const std::string& service, const Plan& plan) const {
  std::set<std::string> services;
  for (const auto& op : plan) {
    if (!is_mount(op.step)) continue;
    const auto [begin, end] = below(op.step.subject);
    for (auto overlay = begin; overlay != end; ++overlay)
      if (overlay->second.service != service &&
          is_live(overlay->first, trees_.path(overlay->second.tree)) != Live::yes)
        services.insert(overlay->second.service);
    if (op.kind == OpKind::undo) services.merge(services_around(service, op.step.subject));
  }
  return services;
}

}  // namespace overlayd
