// What mounts hide.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/path.h"

namespace overlayd {

// A detached mount of the file system that shows at `folder`, without what is mounted inside of
// it. open_tree(2), Linux 5.2.
Fd without_mounts(const std::string& folder);

// The directory that `path` will be in when the overlay at `overlay`, which lies around it, has
// gone; none if there is no such directory. File systems that are mounted inside the overlay do not
// count: they go with it. Symbolic links are not followed.
Fd parent_underneath(const std::string& overlay, const std::string& path);

// What will be at `path` then.
PathKind kind_underneath(const std::string& overlay, const std::string& path);

// The outermost of those overlays that show something in the folder `trees` and cover what was at
// `path`, which lies inside of them: one stands in the other. Empty if there is none.
std::string covering_overlay(const std::string& path, const std::string& trees);

}  // namespace overlayd
