// What the services of one machine must not do to each other.
#pragma once

#include <vector>

#include "config/diagnostic.h"
#include "config/service.h"

namespace overlayd {

// Notes names and paths that are claimed twice, overlays that lie inside one another and must not,
// and checkouts that would get into an overlay's way. All `blocks` are for this machine.
void check_claims(const std::vector<ServiceBlock>& blocks, const GlobalConfig& global,
                  Diagnostics& diagnostics);

}  // namespace overlayd
