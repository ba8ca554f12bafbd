#include "config/origin.h"

#include <fmt/core.h>

namespace overlayd {

std::string place_of(const Origin& origin) { return fmt::format("services.toml:{}", origin.line); }

}  // namespace overlayd
