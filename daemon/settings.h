// Where things are on this machine.
#pragma once

#include <sys/types.h>

#include <string>

namespace overlayd {

struct Settings {
  std::string config_file = "/etc/overlayd/services.toml";
  std::string state_directory = "/var/lib/overlayd";
  std::string program_directory;  // of overlayd-fetch and overlayd-git
  uid_t git_uid = 0;              // whom these run as
  gid_t git_gid = 0;

  std::string mirrors() const { return state_directory + "/mirrors"; }
  std::string staging() const { return state_directory + "/staging"; }
  std::string trees() const { return state_directory + "/trees"; }
  std::string states() const { return state_directory + "/state"; }
  std::string journals() const { return state_directory + "/journal"; }
};

// Makes the folders that are missing, with the right owners and modes; empties staging/. Refuses a
// state directory that somebody else than root could change.
void prepare_state_directory(const Settings& settings);

}  // namespace overlayd
