// Revisions as they are typed, before anybody is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overlayd::ctl {

// Why `revision` is none, whatever the repository has; nothing if it may be one, as an empty one
// is. The daemon looks closer.
std::optional<std::string> fault_of_revision(std::string_view revision);

}  // namespace overlayd::ctl
