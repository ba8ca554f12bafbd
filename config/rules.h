// The rules for names and small values. Each check throws Rejected with the offending text.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/action.h"

namespace overlayd {

// A systemd unit with its suffix, ".service" where none is given. A template needs an instance.
std::string complete_unit(std::string_view service);
// What `overlayctl` calls it if nothing else is said: the unit without ".service".
std::string default_name(const std::string& unit);

// A service's name becomes a file name and a part of a Git reference.
void check_name(std::string_view name);
void check_package(std::string_view package);  // "name" or "name:arch"
void check_branch(std::string_view branch);    // as git check-ref-format --branch
void check_listen(std::string_view listen);    // "127.0.0.1:9836", "[::1]:9836", "localhost:9836"

std::chrono::seconds interval_of(const std::string& text);  // one second to one week
int depth_of(int64_t number);                               // 1 to 1,000,000
Action action_of(const std::string& text);

// A check as a rule that returns the text as it is.
template <auto Check>
std::string checked(const std::string& text) {
  Check(text);
  return text;
}

}  // namespace overlayd
