#include "daemon/config_watch.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/path.h"
#include "daemon/steps/place.h"

namespace overlayd {
namespace {

constexpr std::chrono::milliseconds calm{100};
constexpr uint32_t interesting =
    IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;
constexpr int most_links = 40;  // as the kernel follows, path_resolution(7)

}  // namespace

ConfigWatch::ConfigWatch(Loop& loop, const std::string& file, Callback changed)
    : loop_(loop),
      file_(file),
      changed_(std::move(changed)),
      inotify_(check(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "cannot watch {}", file)) {
  arm();
  if (watched_.empty()) fail_with_errno(fmt::format("cannot watch the folder of {}", file));
  source_ = loop_.on_ready(inotify_.get(), EPOLLIN, [this] { on_event(); });
}

// A folder that was watched already keeps its number.
void ConfigWatch::arm() {
  Watched before = std::move(watched_);
  watched_.clear();
  std::string path = file_;
  for (int links = 0; links <= most_links; links++) {
    const std::string folder = parent_path(path);
    const int watch = inotify_add_watch(inotify_.get(), folder.c_str(), interesting);
    if (watch < 0) break;
    watched_[watch].insert(file_name(path));
    const auto target = link_target(path);
    if (!target) break;
    path = target->starts_with('/') ? *target : folder + "/" + *target;
  }
  for (const auto& [watch, names] : before)
    if (!watched_.contains(watch)) inotify_rm_watch(inotify_.get(), watch);
}

bool ConfigWatch::concerns_file(const inotify_event& event) const {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
  const auto watched = watched_.find(event.wd);
  return watched != watched_.end() && event.len > 0 && watched->second.contains(event.name);
}

void ConfigWatch::on_event() {
  alignas(inotify_event) char buffer[4096];
  const ssize_t size = read(inotify_.get(), buffer, sizeof buffer);
  bool concerned = false;
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    concerned = concerned || concerns_file(*event);
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  if (!concerned) return;
  arm();  // the link may lead elsewhere by now
  timer_ = loop_.after(calm, changed_);
}

}  // namespace overlayd
