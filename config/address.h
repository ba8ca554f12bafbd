// IPv4 and IPv6 addresses as text and as bits.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overlayd {

struct Address {
  int family = AF_INET;
  std::array<uint8_t, 16> bytes{};

  int bits() const { return family == AF_INET ? 32 : 128; }
  bool operator==(const Address&) const = default;
};

// None if it is not an address.
std::optional<Address> parse_address(std::string_view text);
std::string text_of(const Address& address);

// The address without what lies beyond its first `bits` bits.
Address network_of(Address address, int bits);

}  // namespace overlayd
