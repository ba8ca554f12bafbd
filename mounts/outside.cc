#include "mounts/outside.h"

#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
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

std::string option(const char* name, const Fd& folder) {
  return fmt::format("{}={}", name, path_of_fd(folder.get()));
}

// What is written into the folder from now on, as dpkg does through a symbolic link, ends with this
// process: all of it goes to a file system in memory. If there cannot be one, the folder stays
// read-only.
void cover(const std::string& folder) {
  const Fd below = open_path(folder);
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV;
  if (mount("tmpfs", folder.c_str(), "tmpfs", flags, "mode=0700") != 0) return;
  const Fd memory = open_path(folder);
  const Fd upper = make_dir_at(memory.get(), "upper", 0755);
  const Fd work = make_dir_at(memory.get(), "work", 0755);
  const std::string options =
      join({option("lowerdir", below), option("upperdir", upper), option("workdir", work)}, ",");
  if (mount("overlay", folder.c_str(), "overlay", flags, options.c_str()) != 0)
    umount2(folder.c_str(), MNT_DETACH);
}

}  // namespace

void leave_overlays(const std::string& folder) {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  // Followers: what is mounted on other mounts while the command runs is there for it too, so that
  // automounts work.
  check(mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "cannot separate mounts");
  const auto table = read_mount_table();
  for (const auto& overlay : mounts_of(folder)) keep_ground_apart(overlay, table);
  for (const auto& overlay : mounts_of(folder)) detach(overlay.target, folder);
  cover(folder);
}

}  // namespace overlayd
