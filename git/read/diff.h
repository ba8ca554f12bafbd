// Which files differ between two objects, told from ids alone.
#pragma once

#include <vector>

#include "git/messages.h"
#include "git/read/repository.h"

namespace overlayd::git {

// In the order of paths. Throws KnownFailure (refused) if they are too many, or a tree is not
// whole.
std::vector<Difference> differences(const Repository& repository, const Diff& request);

}  // namespace overlayd::git
