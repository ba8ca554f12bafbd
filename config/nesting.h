// A look at the shape of a TOML text before the real parser, which takes stack for every level.
#pragma once

#include <string_view>

#include "config/diagnostic.h"

namespace overlayd {

// Notes lines of more than 64 KiB, brackets nested more than 32 deep and dotted keys of more than
// 32 parts; no services.toml needs any of that. False if there was one.
bool check_nesting(std::string_view text, Diagnostics& diagnostics);

}  // namespace overlayd
