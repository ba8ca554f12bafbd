#include "mounts/stage.h"

#include <fcntl.h>
#include <sys/mount.h>

#include "base/error.h"

namespace overlayd {

Fd stage(const std::string& source) {
  Fd tree(check(open_tree(AT_FDCWD, source.c_str(),
                          OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW),
                "cannot open tree {}", source));
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  // private first: a clone starts in the peer group of the file system that it was cloned from
  attributes.propagation = MS_PRIVATE;
  check(mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes),
        "cannot make tree {} read-only", source);
  mount_attr shared{};
  shared.propagation = MS_SHARED;
  check(mount_setattr(tree.get(), "", AT_EMPTY_PATH, &shared, sizeof shared),
        "cannot share tree {}", source);
  return tree;
}

}  // namespace overlayd
