#include "git/fetch/upstream.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace overlayd::git {
namespace {

struct Scheme {
  std::string_view prefix;
  std::string_view transport;
};
constexpr std::array<Scheme, 7> schemes{{{"https", "https"},
                                         {"http", "http"},
                                         {"ssh", "ssh"},
                                         {"git+ssh", "ssh"},
                                         {"ssh+git", "ssh"},
                                         {"git", "git"},
                                         {"file", "file"}}};

std::string transport_of(const std::string& prefix) {
  const auto* found = std::find_if(schemes.begin(), schemes.end(),
                                   [&](const Scheme& scheme) { return scheme.prefix == prefix; });
  if (found == schemes.end())
    throw Error::of("cannot fetch from a URL of type '{}'", printable(prefix, 50));
  return std::string(found->transport);
}

std::string host_of(std::string_view after_scheme) {
  std::string_view authority = after_scheme.substr(0, after_scheme.find('/'));
  const size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  return std::string(authority);
}

}  // namespace

Upstream parse_upstream(const std::string& url) {
  if (url.empty() || has_control_character(url))
    throw Error::of("'{}' is not the URL of an upstream", printable(url));
  const size_t colon = url.find(':');
  if (colon == std::string::npos || url.find('/') < colon)
    return {.url = url, .scheme = "file", .host = ""};
  const std::string prefix = url.substr(0, colon);
  if (url.compare(colon, 3, "://") == 0)
    return {.url = url, .scheme = transport_of(prefix), .host = host_of(url.substr(colon + 3))};
  if (url.compare(colon, 2, "::") == 0 && prefix.find_first_of("@[") == std::string::npos)
    throw Error::of("cannot fetch from a URL of type '{}::'", printable(prefix, 50));
  return {.url = url, .scheme = "ssh", .host = ""};
}

std::string without_passwords(const std::string& text) {
  std::string result;
  size_t done = 0;
  for (size_t start = text.find("://"); start != std::string::npos;
       start = text.find("://", done)) {
    start += 3;
    const size_t end = std::min(text.find_first_of("/ '\"\n", start), text.size());
    const size_t at = text.rfind('@', end);
    const size_t colon = text.find(':', start);
    result += text.substr(done, start - done);
    done = start;
    if (at == std::string::npos || at < start || at >= end || colon > at) continue;
    result += text.substr(start, colon - start);
    done = at;
  }
  return result + text.substr(done);
}

}  // namespace overlayd::git
