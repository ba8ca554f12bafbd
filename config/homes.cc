#include "config/homes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace overlayd {
namespace {

constexpr std::string_view of_overlay = "an entry of 'dirs' in [[services]]";

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> homes = {{
    {"action", "[[services]]"},
    {"branch", "[global] or [[services]]"},
    {"ca_file", "[[upstreams]]"},
    {"depth", "[global] or [[upstreams]]"},
    {"dirs", "[[services]]"},
    {"group", "[[services]]"},
    {"interval", "[global] or [[upstreams]]"},
    {"known_hosts", "[[upstreams]]"},
    {"link", of_overlay},
    {"listen", "[web]"},
    {"local", of_overlay},
    {"machine", "[[services]]"},
    {"mount", "[global] or [[services]]"},
    {"name", "[[services]]"},
    {"package", "[[services]]"},
    {"service", "[[services]]"},
    {"ssh_key", "[[upstreams]]"},
    {"state_directory", "[global]"},
    {"token_file", "[[upstreams]]"},
    {"type", of_overlay},
    {"umask", "[[services]]"},
    {"upstream", "[global] or [[services]]"},
    {"url", "[[upstreams]]"},
    {"user", "[[services]]"},
}};

}  // namespace

std::string_view home_of(std::string_view key) {
  const auto* found =
      std::find_if(homes.begin(), homes.end(), [&](const auto& home) { return home.first == key; });
  return found == homes.end() ? std::string_view{} : found->second;
}

}  // namespace overlayd
