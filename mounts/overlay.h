// Makes a staged tree visible at a path, replaces it there without a gap, and takes it away again.
//
// Targets are opened once, without following any symbolic link, and used through the descriptor.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "mounts/table.h"

namespace overlayd {

// How one mount replaces another: the new one slides below the old one, which is then taken away.
enum class SwapMode {
  beneath,    // by asking for it: MOVE_MOUNT_BENEATH, Linux 6.5
  propagated  // by mount propagation, see propagate.h
};

// What this kernel can do; asked once.
SwapMode swap_mode();

enum class Live {
  no,        // nothing of the tree is visible at the path
  writable,  // it is, but not read-only
  yes
};
// Whether what is visible at `target` is a mount of `source`. statx(2) STATX_ATTR_MOUNT_ROOT.
Live is_live(const std::string& target, const std::string& source);

// Whether some mount stands at `target`.
bool is_mount_root(const std::string& target);

// Puts `staged` on `target`, where no overlay stands yet. `covered` are overlays inside `target`,
// which are part of `staged` and whose own mounts below, if there are any, are taken away.
void attach(const Fd& staged, const std::string& target, const std::vector<std::string>& covered);

// Replaces the overlay that stands at `target`: every look-up sees the old or the new one. Only
// before Linux 6.5, and where somebody made what it stands on private, the old one has to go first,
// and for some 20 µs what is underneath shows. `staged` may be used up.
void swap(const Fd& staged, const std::string& target, SwapMode mode = swap_mode());

// Takes the overlay at `target` away: what shows something in the folder `trees`, with all of that
// is stacked, down to the first mount that does not. Open files in it stay usable by who has them.
void detach(const std::string& target, const std::string& trees);

// Takes `mount` away from where it stands, with what is mounted inside; nothing if something else
// is visible there by now.
void detach_mount(const MountEntry& mount);

// Whether an overlay that shows something in the folder `trees` is visible at `target`. Throws
// Error if there is one, but a mount of somebody else covers it: nothing can be done to it then.
bool stands_visibly(const std::string& target, const std::string& trees);

}  // namespace overlayd
