// Which blobs are needed and not there.
#pragma once

#include <vector>

#include "git/messages.h"
#include "git/read/repository.h"

namespace overlayd::git {

// Each once; no blob is loaded. Throws KnownFailure (refused) for trees without end, and for those
// that are not whole.
std::vector<Oid> missing_blobs(const Repository& repository, const ListMissing& request);

}  // namespace overlayd::git
