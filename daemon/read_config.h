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
// The same for one that is not in its place yet: it may be anybody's.
ParseResult read_candidate(const std::string& file, const Settings& noted);

// Reads a file while the daemon runs, which stays with the state directory that it was started
// with: another one is a mistake whatever is in place.
ParseResult read_changed_config(const std::string& file, const Settings& running);

}  // namespace overlayd
