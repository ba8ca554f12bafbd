#include "config/action.h"

#include <algorithm>

namespace overlayd {

// in the enum's order
const std::vector<std::string>& action_names() {
  static const std::vector<std::string> names = {
      "none", "reload", "restart", "reload-or-restart", "try-restart", "try-reload-or-restart",
      "start"};
  return names;
}

std::string_view name_of(Action action) { return action_names().at(static_cast<size_t>(action)); }

std::optional<Action> action_named(std::string_view name) {
  const auto& names = action_names();
  const auto match = std::find(names.begin(), names.end(), name);
  if (match == names.end()) return std::nullopt;
  return static_cast<Action>(match - names.begin());
}

}  // namespace overlayd
