// The parts of a URL that git or ssh would hand on. Each throws Rejected for what is not
// well-formed, without quoting it: it may be a credential.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace overlayd {

// None for a '%' without two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

void check_port(std::string_view port);
void check_login(std::string_view user);

// "host:rest" or "[::1]:rest" -> the host without brackets, and ":rest".
std::pair<std::string_view, std::string_view> split_host(std::string_view text);
// The part before the '@', none without one, and what follows it.
std::pair<std::optional<std::string_view>, std::string_view> split_user(std::string_view authority);

}  // namespace overlayd
