// One round with one upstream: fetch what is new, find out what it means for each service that
// asks, and put the trees that are needed into the store. Changes nothing that anybody sees.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/upstream/comparison.h"
#include "daemon/upstream/lookup.h"
#include "daemon/upstream/session.h"
#include "daemon/upstream/wish.h"
#include "daemon/upstream/writing.h"

namespace overlayd {

enum class FetchMode {
  never,      // what the mirror has must be enough, or the round fails
  if_needed,  // what the mirror has is enough, unless a revision is not in it
  if_moved,   // ask first: cheapest when nothing moved
  always      // fetch at once: cheapest when something moved
};

using Tips = std::map<std::string, git::Oid>;  // branch -> commit

struct RoundResult {
  std::optional<git::Failure> failure;  // nothing was found out then
  bool asked = false;                   // the upstream was asked, and answered
  bool fetched = false;                 // and something was fetched from it
  bool filtered = true;                 // it can leave blobs out
  std::optional<Tips> tips;             // if it was asked
  std::vector<WishInWork> wishes;       // in order; empty if nothing moved or with failure
};

class Round {
 public:
  using Done = std::function<void(RoundResult)>;

  // With if_moved, and all branches still at `known`, wishes are looked at only if
  // `even_if_unmoved`. `done` runs once, never from inside the constructor.
  struct Order {
    FetchMode mode = FetchMode::if_moved;
    bool even_if_unmoved = false;
    Tips known;
    std::vector<Wish> wishes;
  };
  Round(Loop& loop, const Settings& settings, const TreeStore& store,
        const UpstreamConfig& upstream, Order order, Done done);

 private:
  void start();
  void tips_listed(const git::Tips& answer);
  void fetch_branches();
  void branches_fetched(const git::Fetched& answer);
  void refuse_lost(const std::vector<std::string>& present);
  void looked_up();
  void end();
  void fail(git::Failure failure);

  Loop& loop_;
  Order order_;
  std::vector<std::string> branches_;
  std::vector<WishInWork*> lost_;  // those whose branch is not there
  Done done_;
  RoundResult result_;
  Session session_;
  Lookup lookup_;
  Comparison comparison_;
  Writing writing_;
  Source later_;
};

}  // namespace overlayd
