// What can be told from an upstream's URL.
#pragma once

#include <string>

namespace overlayd::git {

struct Upstream {
  std::string url;
  std::string scheme;  // what git calls the transport: https, http, ssh, git, file
  std::string host;    // with its port, as git names it to a credential helper; empty for a path
};

// Takes what git takes: a URL, user@host:path, a path. Throws Error for what git would run a
// program of its own for ("ext::…"), and for control characters.
Upstream parse_upstream(const std::string& url);

// `text` with the password of every URL in it taken out.
std::string without_passwords(const std::string& text);

}  // namespace overlayd::git
