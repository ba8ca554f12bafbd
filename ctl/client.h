// One call to the daemon.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/value.h"

namespace overlayd::ctl {

// Ctrl-C while waiting for the answer.
class Interrupted : public Error {
 public:
  using Error::Error;
};

using Arguments = std::function<void(sd_bus_message*)>;
void append_text(sd_bus_message* message, const std::string& text);
void append_seconds(sd_bus_message* message, std::chrono::seconds duration);

struct Call {
  std::string method;  // of org.overlayd1.Manager
  Arguments append_arguments;
  std::chrono::seconds patience;
  std::string interrupted;                 // what to say on Ctrl-C: does the work go on without us?
  std::string waiting;                     // what to say when it takes a while
  std::vector<std::string> services = {};  // whose doings to tell then; none: all
};

// A question changes nothing; work may fetch, install packages and wait for units.
Call question(std::string method, Arguments append_arguments);
Call work(std::string method, Arguments append_arguments);

// The answer, a dictionary. When it takes more than a second, says on stderr, if that is a
// terminal, what the daemon is doing. Throws BusError as the daemon or the bus has it, SystemError
// if there is no bus, Interrupted.
Value ask(const Call& call);

}  // namespace overlayd::ctl
