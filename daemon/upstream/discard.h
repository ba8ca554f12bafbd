// Gets rid of what may take long to remove, without waiting for it.
#pragma once

#include <string>
#include <vector>

namespace overlayd {

// Removes entries of `folder`, with all that is in them, in a process of its own that nobody waits
// for. If it is interrupted, or something cannot be removed, that stays: it is only logged.
void discard(const std::string& folder, const std::vector<std::string>& names) noexcept;

}  // namespace overlayd
