// The [[upstreams]] blocks, and which upstreams this machine follows.
#pragma once

#include <vector>

#include "config/config.h"
#include "config/service.h"
#include "config/table.h"

namespace overlayd {

std::vector<UpstreamConfig> read_upstreams(Table& root, const GlobalConfig& global);

// Notes those of `declared` that are of no use on any machine: no block of the file follows them,
// and [global] does not name them. Where there is no block at all, that is meant.
void check_use(const std::vector<UpstreamConfig>& declared, const std::vector<ServiceBlock>& all,
               const GlobalConfig& global, Diagnostics& diagnostics);

// One entry for each upstream of `blocks`, from `declared` or else with the defaults. A credential
// may stand in either place; two different ones for one upstream are noted.
std::vector<UpstreamConfig> followed_upstreams(const std::vector<UpstreamConfig>& declared,
                                               const std::vector<ServiceBlock>& blocks,
                                               const GlobalConfig& global,
                                               Diagnostics& diagnostics);

}  // namespace overlayd
