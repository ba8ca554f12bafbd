// The configuration to start with, and where things are by it.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/parse.h"
#include "daemon/state/settings.h"

namespace overlayd {

struct Options {
  std::string config_file = "/etc/overlayd/services.toml";
  std::string programs;           // folder of overlayd-fetch and overlayd-git
  std::string user = "overlayd";  // whom these run as
  std::string home = Settings().home;
};

struct Loaded {
  Settings settings;
  Config config;
  std::vector<std::string> services_for_others;  // names of blocks for other machines
  std::string text;                              // of the file
  std::string config_error;  // the file's diagnostics, if an earlier one is in force instead
};

// Nothing gets better by trying again: somebody has to mend the configuration.
class WrongConfig : public Error {
 public:
  using Error::Error;
};

// Reads the file, and changes nothing. If it is wrong by read_config, what was in force before is
// taken; without such, throws WrongConfig with the diagnostics, and Error where that is wrong too
// by now.
Loaded load(const Options& options);

// Keeps the text of the file that is in force, for a start with a broken one. Cannot fail: it
// warns.
void remember_good_config(const Settings& settings, const std::string& text) noexcept;

// Keeps where the state directory is, for what must not depend on services.toml: putting in place
// what was deployed, taking it away, and looking underneath. Cannot fail: it warns.
void remember_state_directory(const Settings& settings) noexcept;

// Settings with the state directory that was remembered, or else the default.
Settings settings_in_force(const Options& options);

}  // namespace overlayd
