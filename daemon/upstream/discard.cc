#include "daemon/upstream/discard.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

namespace overlayd {
namespace {

void remove_one(const Fd& folder, const std::string& name) {
  try {
    remove_tree_at(folder.get(), name);
  } catch (const std::exception& error) {
    // as sd-daemon(3) has it: the journal's socket was closed with the others
    fmt::print(stderr, "<4>{}\n", error.what());
  }
}

// It may outlive this process and must keep nothing of it: not its lock, not its name on the bus.
[[noreturn]] void run(const std::string& folder, const std::vector<std::string>& names) noexcept {
  syscall(SYS_close_range, 3U, ~0U, 0U);
  try {
    const Fd dir = open_dir(folder);
    for (const auto& name : names) remove_one(dir, name);
  } catch (const std::exception& error) {
    fmt::print(stderr, "<4>{}\n", error.what());
  }
  _exit(0);
}

}  // namespace

// The process in between ends at once, so whoever adopts orphans reaps the one that works.
void discard(const std::string& folder, const std::vector<std::string>& names) noexcept {
  if (names.empty()) return;
  const pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) run(folder, names);
    _exit(0);
  }
  if (child < 0) return log_warning("cannot clean up {}: {}", folder, std::strerror(errno));
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace overlayd
