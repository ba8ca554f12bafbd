// Where in a services.toml tokens and passwords may stand, also by mistake. It rather finds too
// many than too few, and works on text that is no TOML.
#pragma once

#include <string_view>
#include <vector>

namespace overlayd {

// Whether a value that should be the path of a file with a secret looks like one. What does not may
// be the secret.
bool begins_like_path(std::string_view value);

// For each line, from which byte on it must not be shown; npos: all of it may be. A secret is what
// stands behind a key that sounds like one, but for the path that the key wants, and what is no
// TOML in the lines behind that.
std::vector<size_t> find_secrets(const std::vector<std::string_view>& lines);

}  // namespace overlayd
