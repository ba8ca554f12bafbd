// Tells when services.toml changes, however an editor or a tool replaces it, and what it leads to
// where it is a symbolic link. inotify(7).
#pragma once

#include <sys/inotify.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

class ConfigWatch {
 public:
  // `changed` runs once the file has been left alone for a moment, for editors write in steps. The
  // file's folder must exist.
  ConfigWatch(Loop& loop, const std::string& file, Callback changed);

 private:
  using Watched = std::map<int, std::set<std::string>>;  // a folder's watch -> names in it

  void arm();
  bool concerns_file(const inotify_event& event) const;
  void on_event();

  Loop& loop_;
  std::string file_;
  Callback changed_;
  Fd inotify_;
  Watched watched_;  // where the file is, and each link on the way to it
  Source source_;
  Source timer_;
};

}  // namespace overlayd
