// Text that others take apart again.
#pragma once

#include <string>

namespace overlayd::git {

// For sh(1), which git runs a credential helper and GIT_SSH_COMMAND with.
std::string shell_quoted(const std::string& text);
// For a value in a git configuration file.
std::string config_quoted(const std::string& text);
// For a file name in ssh_config(5), where "%" starts a token.
std::string ssh_quoted(const std::string& text);

}  // namespace overlayd::git
