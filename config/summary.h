// What a file without mistakes means for this machine, in words.
#pragma once

#include <string>
#include <string_view>

#include "config/parse.h"

namespace overlayd {

// "services.toml: 3 services for this machine, 2 for others"
std::string summary(const ParseResult& result, std::string_view file);

// Why the blocks for others are not for this machine: what it goes by, and on a line for each block
// what that asks for. Empty if there is no such block.
std::string explain_others(const ParseResult& result, const Host& host);

}  // namespace overlayd
