#include "daemon/steps/target.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "daemon/steps/checkout.h"

namespace overlayd {
namespace {

PathKind place_for(git::EntryKind kind) {
  return kind == git::EntryKind::directory ? PathKind::directory : PathKind::file;
}

class StepMaker {
 public:
  StepMaker(const Target& target, const Facts& facts) : target_(target), facts_(facts) {}

  Steps make() {
    for (const auto& package : target_.service.packages)
      add(StepKind::package, package, "", in_services_toml(target_.service.origin));
    add_checkout();
    for (const size_t index : outermost_first()) add_overlay(index);
    if (target_.service.action != Action::none)
      add(StepKind::unit, target_.service.unit, std::string(name_of(target_.service.action)),
          in_services_toml(target_.service.origin));
    return steps_;
  }

 private:
  std::vector<size_t> outermost_first() const {
    std::vector<size_t> order(target_.service.overlays.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return target_.service.overlays[a].local < target_.service.overlays[b].local;
    });
    return order;
  }

  void add(StepKind kind, const std::string& subject, const std::string& value,
           const std::string& from) {
    steps_.push_back({.kind = kind, .subject = subject, .value = value, .origin = from});
  }

  void add_checkout() {
    const std::string& folder = target_.service.checkout;
    const std::string around = parent_path(folder);
    const std::string from = in_services_toml(target_.service.origin);
    for (const auto& path : {around, folder}) require_folder(path);
    std::map<std::string, std::string> trees;
    for (size_t i = 0; i < target_.overlays.size(); i++)
      trees[target_.service.overlays[i].link] = target_.overlays[i].tree;
    if (facts_(around) == PathKind::missing && made_.insert(around).second)
      add(StepKind::directory, around, "", from);
    add(StepKind::checkout, folder, checkout_name(target_.commit, trees), from);
  }

  void require_folder(const std::string& path) const {
    const PathKind kind = facts_(path);
    if (kind == PathKind::missing || kind == PathKind::directory) return;
    const Origin& at = target_.service.checkout_at;
    throw Advised(fmt::format("cannot keep checkouts in {}: {} is there", path, name_of(kind)),
                  at.line == 0 ? fmt::format("move {} away", path)
                               : fmt::format("name another folder as mount in {}, or move {} away",
                                             in_services_toml(at), path));
  }

  std::string origin_of(const OverlayConfig& overlay) const {
    return fmt::format("{} {}@{}", in_services_toml(overlay.origin), overlay.link,
                       target_.commit.substr(0, 8));
  }

  void add_overlay(size_t index) {
    const OverlayConfig& overlay = target_.service.overlays[index];
    const ResolvedOverlay& resolved = target_.overlays[index];
    const std::string from = origin_of(overlay);
    add_missing_parents(overlay.local, overlay);
    if (overlay.type == OverlayType::symlink) {
      add_link(overlay, from);
      return add(StepKind::show, overlay.local, resolved.tree, from);
    }
    const bool directory = resolved.kind == git::EntryKind::directory;
    add_place(overlay, place_for(resolved.kind), from);
    add(directory ? StepKind::mount : StepKind::mount_file, overlay.local, resolved.tree, from);
  }

  void add_missing_parents(const std::string& path, const OverlayConfig& overlay) {
    const std::string parent = parent_path(path);
    if (parent == "/" || inside_overlay(parent) || !made_.insert(parent).second) return;
    const PathKind kind = facts_(parent);
    if (kind == PathKind::directory) return;
    if (kind != PathKind::missing)
      throw Advised(
          fmt::format("cannot use {}: {} is {}, not a directory", path, parent, name_of(kind)),
          fmt::format("name {} in {}, or move {} away",
                      kind == PathKind::symlink ? "what it leads to" : "another place",
                      in_services_toml(overlay.origin), parent));
    add_missing_parents(parent, overlay);
    add(StepKind::directory, parent, "", origin_of(overlay));
  }

  // What lies inside another overlay comes from the repository; nothing can be made there.
  bool inside_overlay(const std::string& path) const {
    const auto& overlays = target_.service.overlays;
    return std::any_of(overlays.begin(), overlays.end(), [&](const OverlayConfig& overlay) {
      return is_at_or_below(path, overlay.local);
    });
  }

  void add_link(const OverlayConfig& overlay, const std::string& from) {
    const PathKind kind = facts_(overlay.local);
    if (kind != PathKind::missing)
      throw Advised(
          fmt::format("cannot put a symbolic link at {0}: {1} is there, and overlayd deletes "
                      "nothing that it did not make; move it away or use type = \"bind\"",
                      overlay.local, name_of(kind)),
          what_is_there(overlay));
    const std::string checkout = target_.service.checkout + "/current";
    add(StepKind::link, overlay.local,
        overlay.link == "." ? checkout : checkout + "/" + overlay.link, from);
  }

  // An overlay may stand on it by now: where it does not, it can be moved.
  std::string what_is_there(const OverlayConfig& overlay) const {
    return fmt::format("overlayd outside -- mv {0} {0}.orig && overlayctl forward {1}; or mend {2}",
                       overlay.local, target_.service.name, in_services_toml(overlay.origin));
  }

  void add_place(const OverlayConfig& overlay, PathKind wanted, const std::string& from) {
    if (inside_overlay(parent_path(overlay.local))) return;
    const PathKind kind = facts_(overlay.local);
    if (kind == wanted) return;
    if (kind != PathKind::missing)
      throw Advised(
          fmt::format("cannot mount {0} on {1}: {0} is {2} in the repository, but {3} is there on "
                      "this machine; move it away",
                      overlay.link, overlay.local, name_of(wanted), name_of(kind)),
          what_is_there(overlay));
    add(wanted == PathKind::directory ? StepKind::directory : StepKind::file, overlay.local, "",
        from);
  }

  const Target& target_;
  const Facts& facts_;
  std::set<std::string> made_;
  Steps steps_;
};

}  // namespace

Steps make_steps(const Target& target, const Facts& facts) {
  return StepMaker(target, facts).make();
}

std::string fingerprint(const ServiceConfig& service) {
  std::string text =
      fmt::format("{} {} {} {} {:o} {} {}", service.unit, service.upstream, service.branch,
                  service.user, service.umask, name_of(service.action), service.checkout);
  text += "\n" + service.group + "\n" + join(service.packages, " ");
  for (const auto& overlay : service.overlays)
    text += fmt::format("\n{} {} {}", overlay.local, overlay.link,
                        overlay.type == OverlayType::bind ? "bind" : "symlink");
  return fmt::format("{:016x}", hash(text));
}

}  // namespace overlayd
