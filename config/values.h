// The rules for small values. Each throws Rejected with the offending text.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/action.h"

namespace overlayd {

// "127.0.0.1:9836", "[::1]:9836": no names, which are not looked up; and no port of root's, for
// overlayd-web is not root.
void check_listen(std::string_view listen);

std::chrono::seconds interval_of(const std::string& text);  // one second to one week
int depth_of(int64_t number);                               // 1 to 1,000,000
Action action_of(const std::string& text);

}  // namespace overlayd
