// Checkouts may stand in /tmp, where systemd-tmpfiles(8) takes away what nobody has used for a
// while.
#pragma once

#include <string>

namespace overlayd {

// Keeps it from `folder` and everything below, as long as this process runs or until the folder is
// gone. Cannot fail: at worst old links go, until the next forward.
void keep_from_ageing(const std::string& folder) noexcept;

}  // namespace overlayd
