// The environment variables that tell git how to reach the network: an administrator who needs a
// proxy sets them for the daemon, which hands them down to overlayd-fetch, which hands them to git.
#pragma once

#include <array>

namespace overlayd::git {

constexpr std::array proxy_variables{"http_proxy",  "https_proxy", "all_proxy", "no_proxy",
                                     "HTTPS_PROXY", "ALL_PROXY",   "NO_PROXY"};

}  // namespace overlayd::git
