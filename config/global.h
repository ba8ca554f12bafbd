// The [global] and [web] tables.
#pragma once

#include "config/config.h"
#include "config/table.h"

namespace overlayd {

// Both give the defaults where the table is missing; what is wrong is noted.
GlobalConfig read_global(Table& root);
WebConfig read_web(Table& root);

}  // namespace overlayd
