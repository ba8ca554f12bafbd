// Tells when services.toml changes, however an editor or a tool replaces it. inotify(7).
#pragma once

#include <chrono>
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
  void on_event();

  Loop& loop_;
  std::string name_;
  Callback changed_;
  Fd inotify_;
  Source source_;
  Source timer_;
};

}  // namespace overlayd
