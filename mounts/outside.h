// The machine as it would be without overlays, for one process.
#pragma once

#include <string>

namespace overlayd {

// Moves this process into a mount namespace of its own and takes every mount of something inside
// `folder` away there: it sees, and can change, what lies underneath, while the rest of the machine
// sees no difference; but if what an overlay stands on is replaced or removed, the kernel takes the
// overlay away everywhere. What is mounted later shows up, as by an automount, unless it stands on
// a file system that an overlay stands on too. What it writes into `folder` itself, nobody else
// sees: it is gone with it.
void leave_overlays(const std::string& folder);

}  // namespace overlayd
