#include "mounts/overlay.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/path.h"
#include "mounts/propagate.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200  // linux/mount.h since 6.5; glibc 2.36 does not have it
#endif

namespace overlayd {
namespace {

constexpr unsigned by_descriptors = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;

void move(const Fd& staged, const Fd& target, unsigned flags, const std::string& path) {
  check(move_mount(staged.get(), "", target.get(), "", by_descriptors | flags),
        "cannot mount on {}", path);
}

void take_away(const Fd& mount, const std::string& path) {
  check(umount2(path_of_fd(mount.get()).c_str(), MNT_DETACH), "cannot unmount {}", path);
}

bool contains(const std::vector<MountEntry>& mounts, const MountEntry& wanted) {
  return std::any_of(mounts.begin(), mounts.end(),
                     [&](const MountEntry& mount) { return mount.id == wanted.id; });
}

}  // namespace

SwapMode swap_mode() {
  // Unknown flags are refused before the descriptors are looked at.
  static const SwapMode mode = [] {
    move_mount(-1, "", -1, "", by_descriptors | MOVE_MOUNT_BENEATH);
    return errno == EBADF ? SwapMode::beneath : SwapMode::propagated;
  }();
  return mode;
}

Live is_live(const std::string& target, const std::string& source) {
  struct statx seen {};
  struct statx wanted {};
  constexpr int flags = AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC;
  if (statx(AT_FDCWD, target.c_str(), flags, STATX_INO, &seen) != 0) return Live::no;
  if (statx(AT_FDCWD, source.c_str(), flags, STATX_INO, &wanted) != 0) return Live::no;
  const bool same = seen.stx_ino == wanted.stx_ino && seen.stx_dev_major == wanted.stx_dev_major &&
                    seen.stx_dev_minor == wanted.stx_dev_minor;
  if (!same || (seen.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) return Live::no;
  struct statvfs mount {};
  if (statvfs(target.c_str(), &mount) != 0) return Live::no;
  return (mount.f_flag & ST_RDONLY) != 0 ? Live::yes : Live::writable;
}

bool is_mount_root(const std::string& target) {
  struct statx seen {};
  return statx(AT_FDCWD, target.c_str(), AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, 0, &seen) == 0 &&
         (seen.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

void attach(const Fd& staged, const std::string& target, const std::vector<std::string>& covered) {
  std::vector<Fd> below;
  for (const auto& path : covered)
    if (is_mount_root(path)) below.push_back(open_path(path));
  move(staged, open_path(target), 0, target);
  for (const auto& mount : below) take_away(mount, target);
}

void swap(const Fd& staged, const std::string& target, SwapMode mode) {
  const Fd top = open_path(target);
  if (mode == SwapMode::propagated && !can_slide_beneath(top)) {
    take_away(top, target);
    return move(staged, open_path(target), 0, target);
  }
  if (mode == SwapMode::beneath)
    move(staged, top, MOVE_MOUNT_BENEATH, target);
  else
    slide_beneath(staged, target);
  take_away(top, target);
}

void detach(const std::string& target, const std::string& trees) {
  const auto ours = mounts_of(trees);
  for (const auto& mount : stack_at(target)) {
    if (!contains(ours, mount)) return;
    detach_mount(mount);
  }
}

void detach_mount(const MountEntry& mount) {
  const Fd visible = open_path(mount.target);
  if (mount_id_of(visible) == mount.id) take_away(visible, mount.target);
}

bool stands_visibly(const std::string& target, const std::string& trees) {
  if (!is_mount_root(target)) return false;  // the table is long on a machine with many overlays
  const auto stack = stack_at(target);
  const auto ours = mounts_of(trees);
  const auto first = std::find_if(stack.begin(), stack.end(),
                                  [&](const MountEntry& mount) { return contains(ours, mount); });
  if (first == stack.end()) return false;
  if (first != stack.begin())
    throw Error::of("the overlay {} is covered by another mount ({}): unmount that first", target,
                    stack.front().type);
  return true;
}

}  // namespace overlayd
