// Removing a whole directory with a handful of descriptors, however deep it is.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"

namespace overlayd {
namespace {

// Whether it is gone. Else it is a directory with something in it.
bool removed_at_once(int dir, const std::string& name) {
  if (unlinkat(dir, name.c_str(), 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR) fail_with_errno(fmt::format("cannot remove {}", name));
  if (unlinkat(dir, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  if (errno != ENOTEMPTY) fail_with_errno(fmt::format("cannot remove {}", name));
  return false;
}

// The device number would not tell a bind mount of the same file system.
Fd open_on_same_mount(int dir, const std::string& name) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  Fd fd(static_cast<int>(syscall(SYS_openat2, dir, name.c_str(), &how, sizeof how)));
  if (!fd && errno == EXDEV) throw Error::of("cannot remove {}: it is a mount point", name);
  if (!fd) fail_with_errno(fmt::format("cannot remove {}", name));
  return fd;
}

// Makes `top` empty. It goes one level deep only: directories that are found there with something
// in them move up into `top`, where their turn comes. Each moves once.
class Emptying {
 public:
  explicit Emptying(const Fd& top) : top_(top.get()), pending_(list_dir(top_)) {}

  void run() {
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (removed_at_once(top_, name)) continue;
      flatten(open_on_same_mount(top_, name));
      check(unlinkat(top_, name.c_str(), AT_REMOVEDIR), "cannot remove {}", name);
    }
  }

 private:
  void flatten(const Fd& dir) {
    for (const auto& entry : list_dir(dir.get()))
      if (!removed_at_once(dir.get(), entry)) move_up(dir, entry);
  }

  void move_up(const Fd& dir, const std::string& entry) {
    std::string name;
    int result = 0;
    do {
      name = fmt::format(".{}", ++moved_);
      result = renameat2(dir.get(), entry.c_str(), top_, name.c_str(), RENAME_NOREPLACE);
    } while (result != 0 && errno == EEXIST);
    if (result == 0) return pending_.push_back(name);
    if (errno != EXDEV) fail_with_errno(fmt::format("cannot remove {}", entry));
    remove_tree_at(dir.get(), entry);  // overlayfs moves no directory of its lower layers
  }

  int top_;
  std::vector<std::string> pending_;
  uint64_t moved_ = 0;
};

}  // namespace

void remove_tree_at(int dir, const std::string& name) {
  if (removed_at_once(dir, name)) return;
  Emptying(open_on_same_mount(dir, name)).run();
  check(unlinkat(dir, name.c_str(), AT_REMOVEDIR), "cannot remove {}", name);
}

}  // namespace overlayd
