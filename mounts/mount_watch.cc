#include "mounts/mount_watch.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "base/error.h"

namespace overlayd {

MountWatch::MountWatch(Loop& loop, Callback changed)
    : table_(check(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), "cannot watch mounts")),
      source_(loop.on_ready(table_.get(), EPOLLPRI, std::move(changed))) {}

}  // namespace overlayd
