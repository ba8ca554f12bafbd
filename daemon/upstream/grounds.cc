#include "daemon/upstream/grounds.h"

#include <algorithm>

#include "base/error.h"
#include "base/path.h"

namespace overlayd {
namespace {

bool is_strictly_below(const std::string& path, const std::string& below) {
  return path != below && is_at_or_below(path, below);
}

// The one of `overlays` that `local` stands in, of several the nearest; their number if there is
// none.
size_t around(const std::string& local, const std::vector<OverlayConfig>& overlays) {
  size_t nearest = overlays.size();
  for (size_t i = 0; i < overlays.size(); i++)
    if (is_strictly_below(local, overlays[i].local) &&
        (nearest == overlays.size() || overlays[i].local.size() > overlays[nearest].local.size()))
      nearest = i;
  return nearest;
}

std::string path_in_repository(const OverlayConfig& outer, const std::string& local) {
  const std::string below = local.substr(outer.local.size() + 1);
  return outer.link == "." ? below : outer.link + "/" + below;
}

// Whether something of another service lies between: then that is what `local` stands on.
bool stands_on_another(const std::string& local, const std::string& outer,
                       const std::vector<LiveOverlay>& others) {
  return std::any_of(others.begin(), others.end(), [&](const LiveOverlay& other) {
    return is_strictly_below(local, other.local) && is_strictly_below(other.local, outer);
  });
}

bool can_be_shown(git::EntryKind kind) {
  return kind == git::EntryKind::directory || kind == git::EntryKind::file ||
         kind == git::EntryKind::executable;
}

bool is_directory(git::EntryKind kind) { return kind == git::EntryKind::directory; }

// A directory is mounted on a directory, a file on a file.
bool fits(git::EntryKind ground, bool directory) {
  return can_be_shown(ground) && is_directory(ground) == directory;
}

std::string_view word_for(bool directory) { return directory ? "directory" : "file"; }

}  // namespace

std::vector<Ground> grounds_in(const ServiceConfig& service, const Inventory& inventory) {
  const auto& overlays = service.overlays;
  const auto others = inventory.overlays_of_others(service.name);
  std::vector<Ground> grounds;
  for (size_t i = 0; i < overlays.size(); i++) {
    const auto& inner = overlays[i];
    const size_t outer = around(inner.local, overlays);
    if (outer == overlays.size() || stands_on_another(inner.local, overlays[outer].local, others))
      continue;
    grounds.push_back(
        {.outer = outer,
         .path = path_in_repository(overlays[outer], inner.local),
         .inner = i,
         .overlay = fmt::format("{} ({})", inner.local, in_services_toml(inner.origin))});
  }
  for (const auto& inner : others) {
    const size_t outer = around(inner.local, overlays);
    if (outer == overlays.size() || stands_on_another(inner.local, overlays[outer].local, others))
      continue;
    grounds.push_back({.outer = outer,
                       .path = path_in_repository(overlays[outer], inner.local),
                       .directory = inner.directory,
                       .overlay = fmt::format("{} of service {}", inner.local, inner.service)});
  }
  return grounds;
}

void check_grounds(WishInWork& work, const std::vector<git::EntryKind>& found) {
  const auto& links = work.result.links;
  for (size_t i = 0; i < found.size(); i++) {
    const Ground& ground = work.wish.grounds[i];
    // what cannot be shown at all has a reason of its own
    if (!can_be_shown(links[ground.outer].kind)) continue;
    if (ground.inner && !can_be_shown(links[*ground.inner].kind)) continue;
    const bool directory =
        ground.inner ? is_directory(links[*ground.inner].kind) : ground.directory;
    if (fits(found[i], directory)) continue;
    return work.refuse(
        fmt::format("the overlay {} belongs inside {}, and has nothing to stand on: commit {} has "
                    "no {} '{}'",
                    ground.overlay, work.wish.overlays[ground.outer].local,
                    work.result.commit.id.substr(0, 8), word_for(directory), ground.path),
        fmt::format("push {} to branch {}, or take the overlay {} out of services.toml",
                    directory ? fmt::format("a file in '{}/', .gitkeep for one,", ground.path)
                              : fmt::format("a file '{}'", ground.path),
                    work.wish.branch, ground.overlay));
  }
}

void check_others_grounds(const ServiceConfig& service, const std::vector<git::EntryKind>& kinds,
                          const Inventory& inventory) {
  for (size_t i = 0; i < kinds.size(); i++) {
    const std::string& local = service.overlays[i].local;
    const auto outer = inventory.overlay_around(service.name, local);
    const size_t own = around(local, service.overlays);
    const bool stands_on_own = own < service.overlays.size() && outer &&
                               is_strictly_below(service.overlays[own].local, outer->local);
    if (!outer || stands_on_own) continue;
    const bool directory = is_directory(kinds[i]);
    if (kind_of(local) == (directory ? PathKind::directory : PathKind::file)) continue;
    throw Error::of(
        "the overlay {} belongs inside {} of service {}, and has nothing to stand on: that shows "
        "no {} '{}'; push one to the repository of {}, or take one of the two overlays out of "
        "services.toml",
        local, outer->local, outer->service, word_for(directory),
        local.substr(outer->local.size() + 1), outer->service);
  }
}

}  // namespace overlayd
