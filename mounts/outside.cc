#include "mounts/outside.h"

#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "mounts/overlay.h"

namespace overlayd {
namespace {

// Makes what an overlay stands on keep to itself: one that is swapped while the command runs would
// come in again.
void keep_ground_apart(const MountEntry& overlay, const std::vector<MountEntry>& table) {
  const auto ground = std::find_if(table.begin(), table.end(), [&](const MountEntry& entry) {
    return entry.id == overlay.parent;
  });
  if (ground == table.end()) return;
  const auto stack = stack_at(ground->target);
  if (stack.empty() || stack.front().id != ground->id) return;  // out of sight
  check(mount(nullptr, ground->target.c_str(), nullptr, MS_PRIVATE, nullptr),
        "cannot separate the mount {}", ground->target);
}

}  // namespace

void leave_overlays(const std::string& folder) {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  // Followers: what is mounted while the command runs is there for it too, as by an automount.
  check(mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "cannot separate mounts");
  const auto table = read_mount_table();
  for (const auto& overlay : mounts_of(folder)) keep_ground_apart(overlay, table);
  for (const auto& overlay : mounts_of(folder)) detach(overlay.target, folder);
}

}  // namespace overlayd
