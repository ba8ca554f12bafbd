// The way to replace a mount without a gap that kernels before Linux 6.5 have: by propagation.
#pragma once

#include <string>

#include "base/fd.h"

namespace overlayd {

// Whether slide_beneath can do its work at `mount`, the descriptor of something mounted: what it
// stands on must be shared. systemd makes every file system so; mount --make-private undoes it.
bool can_slide_beneath(const Fd& mount);

// Puts `staged` between the topmost mount at `target` and what that stands on: what
// MOVE_MOUNT_BENEATH does. Nobody sees it until the topmost one is taken away. `staged` is used up:
// what stands there then is a copy of it, in the same peer group.
void slide_beneath(const Fd& staged, const std::string& target);

}  // namespace overlayd
