// What a text is made of. ASCII only, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

// Whether there is nothing but letters, digits and characters of `more`.
bool consists_of(std::string_view text, std::string_view more);
bool is_ascii(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace overlayd
