// Tells when something is mounted or unmounted in this mount namespace.
#pragma once

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

class MountWatch {
 public:
  // `changed` runs after every change, once for many at the same time; those by this process count.
  // The kernel tells: proc(5) on /proc/pid/mountinfo, as an exceptional condition of the file.
  MountWatch(Loop& loop, Callback changed);

 private:
  Fd table_;
  Source source_;
};

}  // namespace overlayd
