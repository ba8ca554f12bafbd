// For which machines a [[services]] block is meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// What a machine goes by.
struct Host {
  std::string name;                    // full where it is known, else short
  std::vector<std::string> addresses;  // IPv4 and IPv6, without loopback

  bool operator==(const Host&) const = default;
};

// Everything that `machine` is compared with: both names, if it has a full one, and the addresses.
std::vector<std::string> identities(const Host& host);

// Whether `machine` means this host. It is a host name, full or short; a glob for either; an IP
// address; or a CIDR block. Throws Rejected if it is none of these.
bool matches(std::string_view machine, const Host& host);

}  // namespace overlayd
