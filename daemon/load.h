// The configuration to start with, and where things are by it.
#pragma once

#include <string>
#include <vector>

#include "config/parse.h"
#include "daemon/settings.h"

namespace overlayd {

struct Options {
  std::string config_file = "/etc/overlayd/services.toml";
  std::string programs;           // folder of overlayd-fetch and overlayd-git
  std::string user = "overlayd";  // whom these run as
};

struct Loaded {
  Settings settings;
  Config config;
  std::vector<std::string> services_for_others;  // names of blocks for other machines
  std::string config_error;  // the file's diagnostics, if an earlier one is in force instead
};

// Reads the file. If it is wrong, what was in force before is taken; without such, throws Error
// with the diagnostics. The state directory is ready for use afterwards.
Loaded load(const Options& options);

// Keeps the file that is in force, for a start with a broken one.
void remember_good_config(const Settings& settings);

// The state directory by the file, or the default if the file is wrong.
std::string state_directory_by(const std::string& config_file);

}  // namespace overlayd
