// Which paths overlayd may be told to manage. Lexical only: nothing here looks at the disk.
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

// Each throws Rejected if `path` (normalised) would take the machine apart: a directory that the
// system lives in, one of the kernel's, or overlayd's own.
void check_local(const std::string& path, const std::string& state_directory);
void check_state_directory(const std::string& path);
// `mount` is the parent of `checkout`.
void check_mount(const std::string& mount, const std::string& checkout,
                 const std::string& state_directory);

}  // namespace overlayd
