// The 'dirs' of a [[services]] block.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/table.h"

namespace overlayd {

struct Overlays {
  std::vector<OverlayConfig> configs;
  std::vector<std::string> locals;  // for each its 'local' as it was written, maybe by an alias
};

// One whose 'local' is wrong is left out; whatever is wrong is noted.
Overlays read_overlays(Table& block, const std::string& state_directory);

}  // namespace overlayd
