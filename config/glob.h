// Globs for the names of machines.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

bool is_glob(std::string_view text);

// Throws Rejected for a bracket that is not closed or not opened, and for a range that holds
// nothing: such a glob matches other names than it seems to, or none at all.
void check_glob(std::string_view glob);

// Upper and lower case are the same.
bool matches_glob(const std::string& glob, const std::string& name);

}  // namespace overlayd
