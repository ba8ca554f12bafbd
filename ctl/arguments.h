// The command line: what is asked for, or what to say at once.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "ctl/outcome.h"

namespace overlayd::ctl {

enum class Verb { status, forward, freeze, thaw, rollback, plan, log, reload };

struct Invocation {
  Verb verb = Verb::status;
  std::vector<std::string> services;  // none: all
  std::string revision;               // rollback, plan; "": the daemon's default
  std::string reason;                 // freeze
  std::chrono::seconds duration{0};   // freeze; 0: until thawed
  size_t lines = 0;                   // log; 0: all
  bool json = false;
};

// Help, the version (on stdout, done), or wrong use (on stderr, with what was meant).
struct Reply {
  std::string text;
  ExitCode code;
};

// `arguments` without the program's name. Never throws for what a person typed.
std::variant<Invocation, Reply> parse(const std::vector<std::string>& arguments);

}  // namespace overlayd::ctl
