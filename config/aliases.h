// Paths that are the same place on every Debian, through symbolic links that it comes with. Lexical
// only, so that a file means the same on each machine: nothing here looks at the disk.
#pragma once

#include <string>

namespace overlayd {

// Where an alias leads: "/var/run/x" is "/run/x", "/lib/x" is "/usr/lib/x"; every other path is
// itself. `path` is normalised.
std::string resolve_alias(const std::string& path);

// For messages: "'/var/run/x' (the same as '/run/x')", or "'/run/x'".
std::string quoted_path(const std::string& path);

}  // namespace overlayd
