// What --help prints.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd::ctl {

struct Topic {
  std::string_view command;
  std::string_view usage;    // what follows the command
  std::string_view summary;  // one line
  std::string_view text;     // options and examples
};

extern const std::array<Topic, 8> topics;

std::vector<std::string> command_names();
// Of the program, or of `command`.
std::string help();
std::string help(std::string_view command);

}  // namespace overlayd::ctl
