#include "mounts/mount_watch.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <utility>

#include "base/error.h"

namespace overlayd {
namespace {

constexpr int rest_per_work = 19;

}  // namespace

MountWatch::MountWatch(Loop& loop, Callback changed)
    : loop_(loop),
      changed_(std::move(changed)),
      table_(check(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), "cannot watch mounts")),
      source_(loop.on_ready(table_.get(), EPOLLPRI, [this] { noticed(); })) {}

void MountWatch::noticed() {
  if (std::exchange(waiting_, true)) return;
  const auto pause = not_before_ - Clock::now();
  if (pause <= Clock::duration::zero()) return look();
  pause_ = loop_.after(std::chrono::ceil<std::chrono::microseconds>(pause), [this] { look(); });
}

void MountWatch::look() {
  waiting_ = false;
  const auto began = Clock::now();
  changed_();
  const auto ended = Clock::now();
  not_before_ = ended + rest_per_work * (ended - began);
}

}  // namespace overlayd
