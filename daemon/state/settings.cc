#include "daemon/state/settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "daemon/steps/own_directory.h"
#include "mounts/underneath.h"

namespace overlayd {
namespace {

// What is accepted moves from one folder to the other, and who accepts goes below all mounts.
void require_no_mount(const Settings& settings, const Fd& state, const std::string& name) {
  const std::string path = settings.state_directory + "/" + name;
  struct stat shown {};
  struct stat below {};
  check(lstat(path.c_str(), &shown), "cannot look at {}", path);
  check(fstatat(state.get(), name.c_str(), &below, AT_SYMLINK_NOFOLLOW), "cannot look below {}",
        path);
  if (shown.st_dev != below.st_dev || shown.st_ino != below.st_ino)
    throw Error::of(
        "cannot use {}: a file system of its own is mounted there; mount all of {} instead, or "
        "name another state_directory",
        path, settings.state_directory);
}

}  // namespace

void prepare_state_directory(const Settings& settings) {
  const Fd state = open_own_directory(settings.state_directory);
  make_dir_at(state.get(), "mirrors", 0711);
  make_dir_at(state.get(), "staging", 0711);
  make_dir_at(state.get(), "trees", 0755);
  make_dir_at(state.get(), "checkouts", 0755);
  make_dir_at(state.get(), "state", 0700);
  make_dir_at(state.get(), "journal", 0700);
  const Fd below = without_mounts(settings.state_directory);
  for (const char* name : {"trees", "staging"}) require_no_mount(settings, below, name);
}

}  // namespace overlayd
