// Programs that systemd runs as units made for the occasion.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/bus.h"

namespace overlayd {

// A program that systemd runs for us, outside of this daemon's own confinement.
struct TransientUnit {
  std::string name;  // "overlayd-packages-nginx.service"
  std::string description;
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::chrono::seconds timeout{0};
  int output = -1;  // its stdout and stderr; the caller's, only used during the call
};

// Appends the arguments of org.freedesktop.systemd1.Manager.StartTransientUnit.
void append_transient(sd_bus_message* message, const TransientUnit& unit);

}  // namespace overlayd
