// What an overlay hides.
#pragma once

#include <string>

#include "base/path.h"

namespace overlayd {

// What will be at `path` when the overlay at `overlay`, which lies around it, has gone. File
// systems that are mounted inside the overlay do not count: they go with it.
PathKind kind_underneath(const std::string& overlay, const std::string& path);

}  // namespace overlayd
