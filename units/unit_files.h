// Files that systemd itself reads: units, and drop-ins for them.
#pragma once

#include <string>

namespace overlayd {

// Whether what is at `path` may hold unit files of the system: systemd goes on with what it read
// until it is told to read them again.
bool may_hold_unit_files(const std::string& path);

// Has systemd read all unit files again, over its private socket: early in a boot there is no other
// way. Waits for it. Throws Error.
void reload_unit_files_early();

}  // namespace overlayd
