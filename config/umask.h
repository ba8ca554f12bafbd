// The umask of the files that are put in place.
#pragma once

#include <sys/types.h>

#include <optional>

#include "config/table.h"

namespace overlayd {

// `umask = "0027"` or `umask = 0o027`; none if the key is missing or wrong, which is noted.
std::optional<mode_t> read_umask(Table& block);

}  // namespace overlayd
