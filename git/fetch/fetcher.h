// What the daemon can ask overlayd-fetch for, each done by one git wherever that is possible.
#pragma once

#include <string>
#include <vector>

#include "git/fetch/git.h"
#include "git/messages.h"

namespace overlayd::git {

class Fetcher {
 public:
  // Prepares the mirror; see Git for `program`. Throws.
  Fetcher(const FetchHello& hello, const std::string& program);

  // Each throws KnownFailure if git fails for another reason than a missing branch or revision.
  Tips list_tips(const ListTips& request);
  Branches list_branches();
  Fetched fetch_branches(const FetchBranches& request);
  Fetched fetch_blobs(const std::vector<Oid>& blobs);
  Fetched deepen(const Deepen& request);
  Fetched fetch_revision(const FetchRevision& request);

 private:
  struct Result {
    std::vector<std::string> branches;
    bool filtered = true;
  };

  Outcome try_fetch(const std::vector<std::string>& options,
                    const std::vector<std::string>& refspecs);
  Result fetch_existing(const std::vector<std::string>& options,
                        const std::vector<std::string>& branches);
  std::vector<std::string> forget_missing(const std::vector<std::string>& branches);
  std::vector<std::string> followed_branches();
  void remove_refs(const std::vector<std::string>& refs);
  void remove_refs_in_the_way(const std::vector<std::string>& branches);
  void merge_packs_if_many();
  // Before the first change to the mirror: whatever the last one was killed at.
  void heal_once();

  Git git_;
  uint64_t depth_;
  bool is_healed_ = false;
};

}  // namespace overlayd::git
