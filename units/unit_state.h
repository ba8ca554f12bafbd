// What systemd says of a unit, in words for people.
#pragma once

#include <string>

#include "base/value.h"

namespace overlayd {

struct UnitState {
  std::string load;    // loaded, not-found, masked, …
  std::string active;  // active, inactive, failed, activating, …
  std::string sub;     // running, dead, exited, …
  std::string result;  // success, exit-code, signal, timeout, start-limit-hit, …
  int exit_status = 0;
};

// "active (running)", "failed (exit-code, status 1)", "not found".
std::string describe(const UnitState& state);

}  // namespace overlayd
