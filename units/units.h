// Acts on systemd units and waits for what comes of it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bus.h"
#include "units/jobs.h"
#include "units/transient.h"
#include "units/unit_state.h"

namespace overlayd {

enum class UnitVerb {
  start,
  reload,
  restart,
  try_restart,
  reload_or_restart,
  try_reload_or_restart
};
std::string name_of(UnitVerb verb);  // as systemctl spells it

// What makes it no use to try the same again.
enum class UnitObstacle { none, cannot_reload, does_not_run, not_found, masked, not_read };

struct UnitOutcome {
  bool ok = false;
  std::string text;  // if not ok: why, with the unit's own last state
  UnitObstacle obstacle = UnitObstacle::none;
};

class Units {
 public:
  using Done = std::function<void(const UnitOutcome&)>;
  using States = std::function<void(const std::map<std::string, UnitState>&)>;

  // `bus` is a connection to the system bus, attached to the loop; it must outlive this object.
  explicit Units(sd_bus* bus);

  // Queues the job and waits for its result, however long the unit takes: systemd has the deadline.
  // `done` runs once, later, never from inside this call.
  void act(const std::string& unit, UnitVerb verb, Done done);
  // Has systemd read all unit files again; `done` runs when those that are there now are in force.
  void reload_unit_files(Done done);
  // Starts it and waits until it has ended.
  void run(const TransientUnit& unit, Done done);
  // Asks for the states of all of `units` at once; an empty map if systemd does not answer. Those
  // that failed, or are in `closely`, come with their last result, exit status and time.
  void states(const std::vector<std::string>& units, const std::set<std::string>& closely,
              const States& answered);

 private:
  using Handler = BusSlot::Handler;
  BusMessage new_call(const std::string& path, const std::string& interface,
                      const std::string& method);
  void send(BusMessage message, Handler answered,
            std::chrono::seconds patience = std::chrono::seconds(30));
  void read_unit_files();
  void forget_failures(const std::string& unit);
  void await_job(sd_bus_message* answer, const std::string& unit, const std::string& doing,
                 const Done& done);
  // The state of one, with its last result, exit status and time.
  void examine(const std::string& unit, std::function<void(const UnitState&)> answered);
  void look_closer(std::map<std::string, UnitState> states, const std::set<std::string>& closely,
                   const States& answered);
  void explain(const std::string& unit, UnitOutcome outcome, const Done& done);

  sd_bus* bus_;
  Jobs jobs_;
  std::map<uint64_t, BusSlot> pending_;
  uint64_t next_ = 0;
  std::vector<Done> want_unit_files_;  // who waits for the next reload of all units
  bool reads_unit_files_ = false;
};

}  // namespace overlayd
