#include "daemon/config_watch.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.h"
#include "base/path.h"

namespace overlayd {
namespace {

constexpr std::chrono::milliseconds calm{100};
constexpr uint32_t interesting =
    IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;

}  // namespace

ConfigWatch::ConfigWatch(Loop& loop, const std::string& file, Callback changed)
    : loop_(loop),
      name_(file_name(file)),
      changed_(std::move(changed)),
      inotify_(check(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "cannot watch {}", file)) {
  check(inotify_add_watch(inotify_.get(), parent_path(file).c_str(), interesting),
        "cannot watch the folder of {}", file);
  source_ = loop_.on_ready(inotify_.get(), EPOLLIN, [this] { on_event(); });
}

void ConfigWatch::on_event() {
  alignas(inotify_event) char buffer[4096];
  const ssize_t size = read(inotify_.get(), buffer, sizeof buffer);
  bool concerned = false;
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    concerned =
        concerned || (event->len > 0 && name_ == event->name) || (event->mask & IN_Q_OVERFLOW) != 0;
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  if (concerned) timer_ = loop_.after(calm, changed_);
}

}  // namespace overlayd
