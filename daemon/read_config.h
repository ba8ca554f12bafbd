// services.toml as this machine takes it: what is right by itself can still be wrong here, where
// everything is in one state directory already.
#pragma once

#include <string>

#include "config/parse.h"
#include "daemon/state/settings.h"

namespace overlayd {

// Settings with the state directory that was noted below `home`, or else the default.
Settings settings_noted_in(const std::string& home);

// Reads a file to start with. One that somebody else than root can change is a mistake as a whole:
// whoever can do that can do anything on this machine. Another state directory than that of `noted`
// is a mistake while something is in place by that one: nobody would take it away any more.
ParseResult read_config(const std::string& file, const Settings& noted);

// One that is not in its place yet: it may be anybody's. "-" is standard input.
struct Candidate {
  std::string file;
  bool is_standard_input() const { return file == "-"; }
  // What messages call it.
  std::string name() const { return is_standard_input() ? "standard input" : file; }
};
ParseResult read_candidate(const Candidate& candidate, const Settings& noted);
// By itself, whatever is on this machine.
ParseResult parse_candidate(const Candidate& candidate);

// Reads a file while the daemon runs, which stays with the state directory that it was started
// with: another one is a mistake whatever is in place.
ParseResult read_changed_config(const std::string& file, const Settings& running);

}  // namespace overlayd
