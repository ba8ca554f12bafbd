// One [[services]] block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/machine.h"
#include "config/table.h"

namespace overlayd {

// What a block says, before it is compared with other blocks. A part that is wrong was noted and is
// empty here.
struct ServiceBlock {
  ServiceConfig config;
  std::optional<UpstreamUrl> upstream;
  // as they were written, which may be by an alias
  std::string mount;                // parent of config.checkout
  std::vector<std::string> locals;  // of config.overlays
  bool for_this_machine = true;
  std::vector<std::string> machines;  // that it is for, as they are written; empty: all

  // where to point when two blocks contradict each other
  Origin name_at;
  Origin upstream_at;
  Origin mount_at;
};

// `global` gives the defaults. Whether accounts exist is asked only for blocks that are for this
// machine, and not where a package may still create them.
ServiceBlock read_service(Table block, const GlobalConfig& global, const Host& host);

}  // namespace overlayd
