// A mount that propagates to a place where one stands already slides below it: it cannot hide what
// was mounted there by hand (attach_recursive_mnt in Linux's fs/namespace.c, since 4.11). So what
// is needed is a peer of the place, which has nothing mounted there yet; mounting on that brings a
// copy to the place itself, and to every mount namespace that follows it.
//
// The peer is made in a mount namespace apart, out of everybody's sight, and goes with it. No
// propagation comes from the end of a namespace.
#include "mounts/propagate.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/path.h"
#include "mounts/apart.h"
#include "mounts/table.h"

namespace overlayd {
namespace {

// A detached copy of `folder`, a peer of what it is a copy of, less the topmost mount at `target`.
Fd peer_without(const std::string& target, const std::string& folder) {
  const Fd topmost = open_path(target);
  mount_attr left_out{};
  left_out.propagation = MS_UNBINDABLE;  // not copied with its surroundings
  check(mount_setattr(topmost.get(), "", AT_EMPTY_PATH, &left_out, sizeof left_out),
        "cannot leave out the mount on {}", target);
  // with what is mounted in it: `target` may be the place of a file system of its own
  const Fd whole = open_path(folder);
  return Fd(check(open_tree(whole.get(), "",
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE),
                  "cannot copy the mount of {}", folder));
}

// In a namespace apart.
void mount_on_peer(const Fd& staged, const std::string& target) {
  constexpr unsigned by_descriptors = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  const std::string folder = parent_path(target);
  const Fd peer = peer_without(target, folder);
  // Only a mount that stands somewhere can be mounted on. Nobody else is to see where.
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  const Fd stand = open_path(folder);
  check(move_mount(peer.get(), "", stand.get(), "", by_descriptors), "cannot mount on {}", folder);
  const Fd place(
      check(openat(peer.get(), file_name(target).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC),
            "cannot find {}", target));
  check(move_mount(staged.get(), "", place.get(), "", by_descriptors), "cannot mount on {}",
        target);
}

}  // namespace

bool can_slide_beneath(const Fd& mount) { return stands_on_shared(mount_id_of(mount)); }

// Whoever takes the topmost mount away next relies on this having worked.
void slide_beneath(const Fd& staged, const std::string& target) {
  run_apart({staged.get()}, [&] {
    mount_on_peer(staged, target);
    return Fd();
  });
}

}  // namespace overlayd
