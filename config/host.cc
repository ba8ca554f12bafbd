#include "config/host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/handle.h"
#include "base/text.h"

namespace overlayd {
namespace {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  check(gethostname(name.data(), name.size() - 1), "cannot read the host name");
  return name.data();
}

std::string hosts_file() {
  try {
    return read_file("/etc/hosts");
  } catch (const SystemError&) {
    return {};  // a machine without one still has its short name
  }
}

std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      address.sa_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  return inet_ntop(address.sa_family, bytes, text.data(), text.size()) == nullptr ? ""
                                                                                  : text.data();
}

// Loopback is left out: it tells no machine from another.
std::vector<std::string> addresses() {
  Handle<ifaddrs, freeifaddrs> interfaces;
  check(getifaddrs(out(interfaces)), "cannot read the addresses of this machine");
  std::vector<std::string> result;
  for (const auto* entry = interfaces.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0 ||
        (entry->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    const auto family = entry->ifa_addr->sa_family;
    if (family == AF_INET || family == AF_INET6) result.push_back(text_of(*entry->ifa_addr));
  }
  return result;
}

std::vector<std::string> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string> words;
  for (;;) {
    line = trim(line);
    if (line.empty()) return words;
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

std::string full_name(const std::string& name, std::string_view hosts) {
  if (name.find('.') != std::string::npos) return name;
  for (const auto& line : split(hosts, '\n')) {
    const auto words = words_of(line);
    if (std::find(words.begin(), words.end(), name) == words.end()) continue;
    for (const auto& word : words)
      if (word.starts_with(name + ".")) return word;
  }
  return name;
}

Host this_host() {
  return {.name = full_name(host_name(), hosts_file()), .addresses = addresses()};
}

}  // namespace overlayd
