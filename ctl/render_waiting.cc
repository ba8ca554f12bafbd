#include <fmt/core.h>

#include "ctl/render.h"
#include "ctl/service_words.h"

namespace overlayd::ctl {

std::string render_waiting(const Value& status) {
  std::string text;
  for (const auto& service : status.at("services").list()) {
    const std::string doing = shown(service, "doing");
    if (!doing.empty()) text += fmt::format("  {}: {}\n", shown(service, "name"), doing);
  }
  return text;
}

}  // namespace overlayd::ctl
