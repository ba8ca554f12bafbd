// Which files differ between two objects, told from ids alone.
#pragma once

#include <vector>

#include "git/messages.h"
#include "git/read/repository.h"

namespace overlayd::git {

// In the order of paths. Throws Error if they are too many to be shown.
std::vector<Difference> differences(const Repository& repository, const Diff& request);

}  // namespace overlayd::git
