// Where things are on this machine.
#pragma once

#include <sys/types.h>

#include <string>

namespace overlayd {

struct Settings {
  std::string config_file = "/etc/overlayd/services.toml";
  // Always here: the last good services.toml, and where the state directory in force is.
  std::string home = "/var/lib/overlayd";
  std::string state_directory = "/var/lib/overlayd";
  std::string program_directory;  // of overlayd-fetch and overlayd-git
  uid_t git_uid = 0;              // whom these run as
  gid_t git_gid = 0;

  std::string mirrors() const { return state_directory + "/mirrors"; }
  std::string staging() const { return state_directory + "/staging"; }
  std::string trees() const { return state_directory + "/trees"; }
  std::string states() const { return state_directory + "/state"; }
  // A symbolic link, there only if the state directory is another one than `home`.
  std::string state_link() const { return home + "/state_directory"; }
  std::string journals() const { return state_directory + "/journal"; }
};

// Makes the folders in the state directory that are missing, with the right owners and modes.
// Refuses a state directory of which parts are on file systems of their own.
void prepare_state_directory(const Settings& settings);

}  // namespace overlayd
