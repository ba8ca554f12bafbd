// systemd's jobs: which one belongs to whom, and how it ended. org.freedesktop.systemd1(5).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/bus.h"

namespace overlayd {

class Jobs {
 public:
  // "done", "failed", "canceled", "timeout", "dependency", "skipped".
  using Ended = std::function<void(const std::string& result)>;

  // Watches JobRemoved on `bus`, which must outlive this object.
  explicit Jobs(sd_bus* bus);

  // `ended` runs once, when systemd has removed the job with this object path. To be called as soon
  // as the path is known, before anything else is read from the bus. Several may wait for one job:
  // systemd makes one of equal ones for the same unit.
  void wait(const std::string& job_path, Ended ended);

 private:
  void on_removed(sd_bus_message* message);

  std::multimap<std::string, Ended> waiting_;
  BusSlot removed_;
};

}  // namespace overlayd
