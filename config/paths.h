// Paths as they are written in services.toml. Lexical only: nothing here looks at the disk.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

// An absolute path without '//' and trailing '/'. Throws Rejected for a relative path, for '.' and
// '..', and for control characters.
std::string normalise_path(std::string_view path);

// A relative path inside a repository; "." is all of it. A trailing '/' is dropped. Throws Rejected
// for everything that could lead out of the repository or into ".git".
std::string normalise_link(std::string_view link);

}  // namespace overlayd
