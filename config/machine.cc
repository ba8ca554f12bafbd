#include "config/machine.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/address.h"
#include "config/characters.h"
#include "config/glob.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

bool has_address_in(const Host& host, const Address& network, int bits) {
  return std::any_of(host.addresses.begin(), host.addresses.end(), [&](const std::string& text) {
    const auto address = parse_address(text);
    return address && network_of(*address, bits) == network;
  });
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
  if (network != *address)
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
