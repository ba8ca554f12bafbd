// Work on mounts that nobody else is to see.
#pragma once

#include <functional>
#include <vector>

#include "base/fd.h"

namespace overlayd {

// Runs `work` in a short-lived child process, in a mount namespace of its own, and returns the
// descriptor that it yields; that may be none. What it throws is thrown here. Of the descriptors of
// this process it has those in `kept` only.
//
// Everybody waits for this child, as it takes less than a millisecond. It can only take longer if a
// file system hangs: then it is given up after ten seconds, which is an Error too.
Fd run_apart(const std::vector<int>& kept, const std::function<Fd()>& work);

}  // namespace overlayd
