// From a revision to a commit and to what the links are in it.
#pragma once

#include "git/messages.h"
#include "git/read/repository.h"

namespace overlayd::git {

// Throws Error for what is no revision, is ambiguous, or names something else than a commit.
Resolved resolve(const Repository& repository, const Resolve& request);
Resolved resolve_older(const Repository& repository, const ResolveOlder& request);

}  // namespace overlayd::git
