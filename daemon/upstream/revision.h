// Revisions as administrators type them, seen from what is deployed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace overlayd {

// What was typed cannot be a revision of one commit, whatever the upstream has.
class NoRevision : public Error {
 public:
  using Error::Error;
};

// Throws NoRevision: for options, ranges, paths, dates.
void check_revision(std::string_view revision);

// Rewrites HEAD and @ to the deployed commit, @{N} to what was deployed N changes before, :/TEXT to
// a search from `tip`, and branches to where the mirror has them: "HEAD~1" -> "8bd0e77…~1", "@{1}^"
// -> "77aa…^", ":/fix" -> "refs/…/main^{/fix}", "heads/x" -> "refs/remotes/origin/x"; "v1.2" stays.
// `deployed` is newest first and not empty. Throws NoRevision; Error for what is not remembered.
std::string seen_from_deployed(std::string_view revision, const std::vector<std::string>& deployed,
                               std::string_view tip);

// What the upstream can be asked for by name: "v1.2~3^{}" -> "v1.2", "refs/tags/v1" -> "v1".
std::string name_to_fetch(std::string_view revision);

// It means the newest commit whose message has a text: there is no telling how far back that is.
bool looks_for_text(std::string_view revision);

}  // namespace overlayd
