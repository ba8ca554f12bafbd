#include "config/values.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "config/address.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

constexpr unsigned first_unprivileged_port = 1024;

std::optional<unsigned> port_of(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port >= 1 && port <= 65535 ? std::optional(port) : std::nullopt;
}

bool is_listen_address(std::string_view host) {
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  const auto address = parse_address(in_brackets ? host.substr(1, host.size() - 2) : host);
  return address && in_brackets == (address->family == AF_INET6);
}

}  // namespace

void check_listen(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : port_of(listen.substr(colon + 1));
  if (!port || !is_listen_address(listen.substr(0, colon)))
    throw Rejected::because(
        "'{}' is not an IPv4 address or [IPv6 address] and a port, such as '127.0.0.1:9836' or "
        "'[::1]:9836'",
        listen);
  if (*port < first_unprivileged_port)
    throw Rejected::because("overlayd-web has no right to listen on port {}: take one from {} on",
                            *port, first_unprivileged_port);
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
