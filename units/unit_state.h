// What systemd says of a unit: its answers on D-Bus, and words for people.
#pragma once

#include <systemd/sd-bus.h>

#include <map>
#include <string>

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

// The answer to GetAll of a unit's properties; empty if it is an error.
UnitState read_unit_state(sd_bus_message* answer);
// The answer to ListUnitsByNames, by name and without results; empty if it is an error.
std::map<std::string, UnitState> read_unit_states(sd_bus_message* answer);

}  // namespace overlayd
