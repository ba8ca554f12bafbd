// Finds out what git's own words do not tell of why it was turned away.
#pragma once

#include <string>

#include "git/fetch/upstream.h"
#include "git/messages.h"

namespace overlayd::git {

// `failure` is what git says. Returns a more telling one if a look at the key (a path; empty: there
// is none) or at the upstream's folder on this machine yields one, else `failure`.
Failure inquire(const Failure& failure, const Upstream& upstream, const std::string& ssh_key);

}  // namespace overlayd::git
