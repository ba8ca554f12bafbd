// What a service wants to know of its upstream, or to have from it, and what comes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/state/state.h"
#include "daemon/trees/trees.h"
#include "git/messages.h"

namespace overlayd {

using git::remote_branches;

// A path of the repository that an overlay inside one of the wish's own needs, to stand on.
struct Ground {
  size_t outer = 0;                            // the overlay around it: index
  std::string path;                            // in the repository, below the outer one's link
  std::optional<size_t> inner = std::nullopt;  // which of the wish's own overlays stands there; or:
  bool directory = false;                      // what another service's overlay is
  std::string overlay;                         // that overlay, in words
};

struct Wish {
  std::string service;
  std::string branch;
  std::string revision;    // empty: the tip of the branch
  std::string typed;       // the revision as somebody typed it, for messages
  std::string older_than;  // a commit: the nearest older one with other content; wins over revision
  std::vector<OverlayConfig> overlays;
  Origin origin;                     // of the service
  std::vector<Ground> grounds = {};  // what the commit has to have besides
  Ownership ownership;
  bool write = true;         // false: only find out
  std::string compare_with;  // a commit, for `differences`; empty: none wanted

  std::vector<std::string> links() const {
    std::vector<std::string> links;
    for (const auto& overlay : overlays) links.push_back(overlay.link);
    return links;
  }
  bool wants_tip() const { return revision.empty() && older_than.empty(); }
  // Nobody has typed it: it is what is deployed, for another services.toml.
  bool wants_deployed() const { return !revision.empty() && typed.empty(); }
};

struct LinkResult {
  git::EntryKind kind = git::EntryKind::missing;
  git::Oid oid;
  std::string tree;  // name in the store; empty if there is nothing that can be shown
};

// A file that differs between `compare_with` and the commit.
struct FileDifference {
  size_t overlay = 0;  // index
  char status = 'M';
  std::string path;  // below the link; empty: the link itself
};

struct WishResult {
  std::string error;     // empty: granted
  std::string hint;      // what to do about it; empty: ask again
  bool refused = false;  // the content or the wish is at fault: asking again is no use
  Commit commit;
  std::vector<LinkResult> links;  // one for each of the wish's overlays
};

struct WishInWork {
  Wish wish;
  WishResult result;  // small, some keep it; differences may be many
  std::vector<FileDifference> differences;
  uint64_t more_differences = 0;  // those left out, because there are so many

  bool granted() const { return result.error.empty(); }
  // `hint` is for who follows the branch: a revision that somebody typed is his to choose.
  void refuse(std::string error, std::string hint = "mend it in Git, and push") {
    result.error = std::move(error);
    result.hint = wish.wants_tip()        ? std::move(hint)
                  : wish.wants_deployed() ? "overlayctl forward " + wish.service
                                          : "";
    result.refused = true;
  }
  // The same where one overlay is at fault: index.
  void refuse_overlay(size_t overlay, std::string error,
                      std::string hint = "mend it in Git, and push") {
    refuse(std::move(error), std::move(hint));
    if (wish.wants_deployed())
      result.hint +=
          "; or take the overlay out of " + in_services_toml(wish.overlays.at(overlay).origin);
  }
};

}  // namespace overlayd
