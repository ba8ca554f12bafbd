// Tells when something is mounted or unmounted in this mount namespace.
#pragma once

#include <chrono>

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

class MountWatch {
 public:
  // `changed` runs after every change, once for many at the same time; those by this process count.
  // On a machine where mounts come and go all the time it is kept to a twentieth of the time: the
  // longer it takes, the longer is the pause before it runs again.
  // The kernel tells: proc(5) on /proc/pid/mountinfo, as an exceptional condition of the file.
  MountWatch(Loop& loop, Callback changed);

 private:
  using Clock = std::chrono::steady_clock;
  void noticed();
  void look();

  Loop& loop_;
  Callback changed_;
  Clock::time_point not_before_;
  bool waiting_ = false;
  Source pause_;
  Fd table_;
  Source source_;
};

}  // namespace overlayd
