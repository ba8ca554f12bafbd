#include "config/machine.h"

#include <arpa/inet.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "config/characters.h"
#include "config/glob.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

struct Address {
  int family = AF_INET;
  std::array<uint8_t, 16> bytes{};

  int bits() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Address> parse_address(std::string_view text) {
  // a NUL would hide what follows it from inet_pton
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Address address;
  address.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(address.family, std::string(text).c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

bool same_prefix(const Address& a, const Address& b, int bits) {
  if (a.family != b.family) return false;
  for (size_t byte = 0; bits > 0; byte++, bits -= 8) {
    const auto mask = static_cast<uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if (((a.bytes.at(byte) ^ b.bytes.at(byte)) & mask) != 0) return false;
  }
  return true;
}

bool has_address_in(const Host& host, const Address& block, int bits) {
  return std::any_of(host.addresses.begin(), host.addresses.end(), [&](const std::string& text) {
    const auto address = parse_address(text);
    return address && same_prefix(*address, block, bits);
  });
}

// The address without what lies beyond the prefix.
Address network_of(Address address, int bits) {
  for (size_t byte = 0; byte < address.bytes.size(); byte++, bits -= 8)
    if (bits < 8)
      address.bytes.at(byte) &= static_cast<uint8_t>(bits <= 0 ? 0 : 0xff << (8 - bits));
  return address;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool matches_block(std::string_view machine, size_t slash, const Host& host) {
  const auto address = parse_address(machine.substr(0, slash));
  const auto text = machine.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (!address || error != std::errc() || end != text.data() + text.size() || bits < 0 ||
      bits > address->bits())
    throw Rejected::because("'{}' is not a block of IP addresses, such as 10.0.0.0/24", machine);
  const Address network = network_of(*address, bits);
  if (network.bytes != address->bytes)
    throw Rejected(fmt::format("'{}' is an address in a block, not a block", machine),
                   fmt::format("{}/{}", text_of(network), bits));
  return has_address_in(host, network, bits);
}

std::string short_name(const std::string& name) { return name.substr(0, name.find('.')); }

bool matches_name(const std::string& name, const Host& host) {
  return strcasecmp(name.c_str(), host.name.c_str()) == 0 ||
         strcasecmp(name.c_str(), short_name(host.name).c_str()) == 0;
}

}  // namespace

std::vector<std::string> identities(const Host& host) {
  std::vector<std::string> result = {host.name};
  if (const auto name = short_name(host.name); name != host.name) result.push_back(name);
  result.insert(result.end(), host.addresses.begin(), host.addresses.end());
  return result;
}

bool matches(std::string_view machine, const Host& host) {
  if (machine.empty()) throw Rejected("this name of a machine is empty");
  if (const size_t slash = machine.find('/'); slash != std::string_view::npos)
    return matches_block(machine, slash, host);
  if (const auto address = parse_address(machine))
    return has_address_in(host, *address, address->bits());
  if (is_glob(machine)) {
    check_glob(machine);
    return matches_glob(std::string(machine), host.name) ||
           matches_glob(std::string(machine), short_name(host.name));
  }
  const bool is_cut_address = machine.find('.') != std::string_view::npos &&
                              machine.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_cut_address || !consists_of(machine, "._-"))
    throw Rejected::because("'{}' is not a host name, glob, IP address or block of addresses",
                            machine);
  if (machine.ends_with('.')) machine.remove_suffix(1);
  return matches_name(std::string(machine), host);
}

}  // namespace overlayd
