// Revisions as administrators type them, seen from what is deployed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// Rewrites HEAD and @ to the deployed commit, @{N} to what was deployed N changes before, and
// :/TEXT to a search from `tip`: "HEAD~1" -> "8bd0e77…~1", "@{1}^" -> "77aa…^", ":/fix" ->
// "refs/…/main^{/fix}"; "v1.2" stays. `deployed` is newest first and not empty. Throws Error for
// what is no revision of one commit: options, ranges, paths, dates.
std::string seen_from_deployed(std::string_view revision, const std::vector<std::string>& deployed,
                               std::string_view tip);

// It means the newest commit whose message has a text: there is no telling how far back that is.
bool looks_for_text(std::string_view revision);

}  // namespace overlayd
