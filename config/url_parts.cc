#include "config/url_parts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

void check_host(std::string_view host) {
  if (host.empty()) throw Rejected("this URL names no host");
  if (host.starts_with('-')) throw Rejected("the host in this URL starts with '-'");
  if (!consists_of(host, "._-"))
    throw Rejected("the host in this URL has characters that no host has");
}

void check_address(std::string_view address) {
  in6_addr bytes{};
  const std::string without_zone(address.substr(0, address.find('%')));
  if (!consists_of(address, ":.%") || inet_pton(AF_INET6, without_zone.c_str(), &bytes) != 1)
    throw Rejected("the address in this URL is not an IPv6 address");
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    unsigned value = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
    result += static_cast<char>(value);
    i += 2;
  }
  return result;
}

void check_port(std::string_view port) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
  if (error != std::errc() || end != port.data() + port.size() || value == 0 || value > 65535)
    throw Rejected("the port in this URL is not a number from 1 to 65535");
}

void check_login(std::string_view user) {
  if (user.empty() || user.starts_with('-') || !consists_of(user, "._-"))
    throw Rejected("the user in this URL is not a user name");
}

std::pair<std::string_view, std::string_view> split_host(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) throw Rejected("the address in this URL has no ']'");
    const auto address = text.substr(1, close - 1);
    check_address(address);
    return {address, text.substr(close + 1)};
  }
  const size_t colon = std::min(text.find(':'), text.size());
  check_host(text.substr(0, colon));
  return {text.substr(0, colon), text.substr(colon)};
}

std::pair<std::optional<std::string_view>, std::string_view> split_user(
    std::string_view authority) {
  const size_t at = authority.find('@');
  if (at == std::string_view::npos) return {std::nullopt, authority};
  if (authority.find('@', at + 1) != std::string_view::npos)
    throw Rejected(
        "this URL has more than one '@' before its path: write '%40' for one in a password");
  return {authority.substr(0, at), authority.substr(at + 1)};
}

}  // namespace overlayd
