#include "config/address.h"

#include <arpa/inet.h>

namespace overlayd {

std::optional<Address> parse_address(std::string_view text) {
  // a NUL would hide what follows it from inet_pton
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Address address;
  address.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(address.family, std::string(text).c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

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

}  // namespace overlayd
