// Services that have another name in services.toml than before, and are the same otherwise.
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "daemon/state/store.h"

namespace overlayd {

// Whether what there is of a service is what `config` wants under another name: the same upstream,
// and overlays at the same places.
bool is_same_service(const ServiceState& state, const ServiceConfig& config);

// Has the state of `from` go on as that of `to`, which has none; it is noted in its log. Nothing
// may be half done. Throws Error if the disk does not have it all.
void rename_state(const Store& store, const std::string& from, const std::string& to,
                  Remembered& remembered);

}  // namespace overlayd
