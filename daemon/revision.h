// Revisions as administrators type them, seen from what is deployed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// Rewrites HEAD and @ to the deployed commit, and @{N} to what was deployed N changes before:
// "HEAD~1" -> "8bd0e77…~1", "@{1}^" -> "77aa…^"; "v1.2" stays. `deployed` is newest first and not
// empty. Throws Error for what is no revision of one commit: options, ranges, paths, dates.
std::string seen_from_deployed(std::string_view revision, const std::vector<std::string>& deployed);

}  // namespace overlayd
