#include "mounts/outside.h"

#include <sched.h>
#include <sys/mount.h>

#include "base/error.h"
#include "mounts/overlay.h"
#include "mounts/table.h"

namespace overlayd {

void leave_overlays(const std::string& folder) {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  // Not even a follower: an overlay that is swapped while the command runs would come in again.
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot separate mounts");
  for (const auto& entry : mounts_of(folder)) detach_top(entry.target);
}

}  // namespace overlayd
