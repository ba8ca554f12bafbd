// The accounts that files belong to.
#pragma once

#include <sys/types.h>

#include <string>

namespace overlayd {

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;

  bool operator==(const Owner&) const = default;
};

// `user` and `group` are names or numbers in digits; an empty group is the user's primary one.
// Throws Rejected if this machine does not know them: a package may bring them later. A number
// needs no account, but then no primary group is known.
Owner resolve_owner(const std::string& user, const std::string& group);

// Throws Rejected for what can never be an account's name.
void check_account(const std::string& name);

}  // namespace overlayd
