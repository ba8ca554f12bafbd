// What is done to a service's unit when its files changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

enum class Action {
  none,
  reload,
  restart,
  reload_or_restart,
  try_restart,
  try_reload_or_restart,
  start
};

// As it is written in services.toml: "reload-or-restart".
std::string_view name_of(Action action);
std::optional<Action> action_named(std::string_view name);
const std::vector<std::string>& action_names();

}  // namespace overlayd
