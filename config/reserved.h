// Where nothing may be put: what belongs to the system and what is overlayd's own. Lexical only:
// nothing here looks at the disk.
#pragma once

#include <string>

namespace overlayd {

// Each throws Rejected if `path` (normalised, maybe by an alias) would take the machine apart: a
// directory that the system lives in, one of the kernel's, or overlayd's own. `state_directory` has
// its aliases resolved.
void check_local(const std::string& path, const std::string& state_directory);
void check_state_directory(const std::string& path);
// `mount` is the parent of `checkout`.
void check_mount(const std::string& mount, const std::string& checkout,
                 const std::string& state_directory);

}  // namespace overlayd
