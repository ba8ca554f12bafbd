// Makes one line for people, and a kind for the daemon, of what a failed git says.
#pragma once

#include <string>
#include <string_view>

#include "git/messages.h"

namespace overlayd::git {

// `errors` is the stderr of git, run with LC_ALL=C. The message holds neither control characters
// nor `secret` (if that is not empty) nor any password of a URL.
Failure diagnose(std::string_view errors, const std::string& secret);

// True if git says that the upstream does not have a ref that was asked for.
bool says_ref_is_missing(std::string_view errors);
// True if git says that the upstream does not have, or does not give away, an object by its id.
bool says_object_is_refused(std::string_view errors);
// True if the upstream lacks an object that one of its commits names.
bool says_object_is_missing(std::string_view errors);
// True if a ref is in the way of another: refs/x against refs/x/y.
bool says_refs_conflict(std::string_view errors);
// True if the server cannot leave out blobs.
bool says_unfiltered(std::string_view errors);

}  // namespace overlayd::git
