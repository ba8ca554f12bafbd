// What systemd says of a unit: its answers on D-Bus, and words for people.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace overlayd {

struct UnitState {
  std::string load;    // loaded, not-found, masked, …
  std::string active;  // active, inactive, failed, activating, …
  std::string sub;     // running, dead, exited, …
  std::string result;  // success, exit-code, signal, timeout, start-limit-hit, …
  int exit_status = 0;
  uint64_t active_since_us = 0;  // the last time, since the epoch; 0: never, or not known

  bool failed() const { return active == "failed"; }
  // Of a state that systemd has told.
  bool exists() const { return load != "not-found" && load != "masked"; }
};

// "active (running)", "failed (exit-code, status 1)", "not found".
std::string describe(const UnitState& state);

// The answer to GetAll of a unit's properties; empty if it is an error.
UnitState read_unit_state(sd_bus_message* answer);
// The answer to ListUnitsByNames, by the names that were asked for, without results and times;
// empty if it is an error. It comes in their order, each unit under its own name: sshd is called
// ssh.
std::map<std::string, UnitState> read_unit_states(sd_bus_message* answer,
                                                  const std::vector<std::string>& asked);

// Of what is not in there nothing is known.
UnitState state_of(const std::string& unit, const std::map<std::string, UnitState>& states);

}  // namespace overlayd
