// Where in the file a key has its place.
#pragma once

#include <string_view>

namespace overlayd {

// "[[upstreams]]" for "token_file"; empty for a key that there is nowhere.
std::string_view home_of(std::string_view key);

}  // namespace overlayd
