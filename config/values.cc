#include "config/values.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_listen_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = host.substr(1, host.size() - 2);
    return address.find(':') != std::string_view::npos &&
           address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  }
  return !host.empty() && !host.starts_with('-') && consists_of(host, ".-");
}

}  // namespace

void check_listen(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos || !is_port(listen.substr(colon + 1)) ||
      !is_listen_host(listen.substr(0, colon)))
    throw Rejected::because(
        "'{}' is not an address and port, such as '127.0.0.1:9836' or '[::1]:9836'", listen);
}

std::chrono::seconds interval_of(const std::string& text) {
  const auto interval = parse_duration(text);
  if (!interval) throw Rejected::because("'{}' is not a duration, such as '90s' or '5m'", text);
  if (*interval < std::chrono::seconds(1) || *interval > std::chrono::weeks(1))
    throw Rejected::because("'{}' is not between 1s and 1w", text);
  return *interval;
}

int depth_of(int64_t number) {
  constexpr int64_t max = 1'000'000;
  if (number < 1 || number > max)
    throw Rejected::because("{} is not between 1 and {}", number, max);
  return static_cast<int>(number);
}

Action action_of(const std::string& text) {
  if (const auto action = action_named(text)) return *action;
  const auto near = nearest(text, action_names());
  if (near) throw Rejected(fmt::format("unknown action '{}'", text), *near);
  throw Rejected::because("unknown action '{}': there are {}", text, join(action_names(), ", "));
}

}  // namespace overlayd
