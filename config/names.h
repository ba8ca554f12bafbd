// The rules for the names of units, services, packages and branches. Each throws Rejected with the
// offending text.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

// A systemd unit with its suffix, ".service" where none is given. A template needs an instance.
std::string complete_unit(std::string_view service);
// What `overlayctl` calls it if nothing else is said: the unit without ".service".
std::string default_name(const std::string& unit);

// A service's name becomes the name of files, and stands in commands.
void check_name(std::string_view name);
void check_package(std::string_view package);  // "name" or "name:arch"
void check_branch(std::string_view branch);    // as git check-ref-format --branch

}  // namespace overlayd
