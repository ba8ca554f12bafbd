#include "daemon/steps/ageing.h"

#include <sys/file.h>

#include <map>

#include "base/file.h"
#include "base/log.h"

namespace overlayd {

// A directory that somebody has a BSD lock on is skipped, tmpfiles.d(5). An exclusive one, because
// some versions of systemd-tmpfiles take a shared lock themselves.
void keep_from_ageing(const std::string& folder) noexcept {
  try {
    static std::map<std::string, Fd> locked;
    Fd dir = open_dir(folder);
    // fails if it is locked already, unless another directory is there now
    if (flock(dir.get(), LOCK_EX | LOCK_NB) == 0) locked[folder] = std::move(dir);
  } catch (const std::exception& error) {
    log_warning("cannot keep {} from ageing: {}", folder, error.what());
  }
}

}  // namespace overlayd
