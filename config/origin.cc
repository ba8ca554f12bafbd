#include "config/origin.h"

#include <fmt/core.h>

namespace overlayd {

std::string in_services_toml(const Origin& origin) {
  return fmt::format("services.toml:{}", origin.line);
}

}  // namespace overlayd
