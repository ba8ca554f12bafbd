// Work on mounts that nobody else is to see.
#pragma once

#include <functional>

#include "base/fd.h"

namespace overlayd {

// Runs `work` in a short-lived child process, in a mount namespace of its own, and returns the
// descriptor that it yields; that may be none. What it throws is thrown here.
//
// Everybody waits for this child, as it takes less than a millisecond. It can only take longer if a
// file system hangs: then it is given up after ten seconds, which is an Error too.
Fd run_apart(const std::function<Fd()>& work);

}  // namespace overlayd
