// Failures in words, with what to do about them.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "ctl/outcome.h"

namespace overlayd::ctl {

struct Failure {
  std::string text;  // printable; more than one line where the daemon's is
  ExitCode code;
};

// `arguments` are those of this run, for a suggestion to run it again as root.
Failure explain(const std::exception& error, const std::vector<std::string>& arguments);

}  // namespace overlayd::ctl
