// Everything that steers git and ssh: they read no configuration but these texts.
#pragma once

#include <string>
#include <vector>

#include "git/fetch/mirror.h"
#include "git/fetch/upstream.h"

namespace overlayd::git {

// The folder of private files, and which of them are there.
struct Secrets {
  explicit Secrets(const std::string& folder);
  // Paths; empty for what is not there.
  std::string user;
  std::string token;
  std::string ssh_key;
  std::string known_hosts;
  std::string ca;
};

// The mirror's own configuration: what it is and where it comes from.
std::string mirror_config(const Upstream& upstream);
// Takes the place of the user's configuration, because only a file reaches every git that git
// starts. `program` is the credential helper.
std::string global_config(const Mirror& mirror, const Secrets& secrets, const std::string& program);
// ssh_config(5): no questions, no agent, this key only, and only a host whose key is known.
std::string ssh_config(const Secrets& secrets);

constexpr const char* global_config_name = "gitconfig";
constexpr const char* ssh_config_name = "ssh_config";

// The whole environment of every git.
std::vector<std::string> git_environment(const Upstream& upstream, const Mirror& mirror,
                                         const Secrets& secrets);

}  // namespace overlayd::git
