// What mounts hide.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/path.h"

namespace overlayd {

// A detached mount of the file system that shows at `folder`, without what is mounted inside of
// it. open_tree(2), Linux 5.2.
Fd without_mounts(const std::string& folder);

// What will be at `path` when the overlay at `overlay`, which lies around it, has gone. File
// systems that are mounted inside the overlay do not count: they go with it.
PathKind kind_underneath(const std::string& overlay, const std::string& path);

}  // namespace overlayd
