// Puts the trees that wishes need into the store: missing blobs are fetched, the trees written by
// overlayd-git, and taken over by a child of ours once that is gone.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/child.h"
#include "daemon/trees/accept.h"
#include "daemon/upstream/session.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

class Writing {
 public:
  // `done` runs once, unless the session fails; wishes of which a tree cannot be had have their
  // error then.
  Writing(Loop& loop, Session& session, const Settings& settings, const TreeStore& store,
          std::string upstream, std::vector<WishInWork>& wishes, Callback done);
  void start();

 private:
  struct NewTree {
    Delivery delivery;
    git::Oid oid;
    std::vector<std::string> locals;
    std::vector<std::pair<size_t, size_t>> users;  // who needs it: a wish, and which of its links
    std::vector<git::Oid> missing;                 // blobs of it
  };
  using Trees = std::map<std::string, NewTree>;  // by name
  using Names = std::vector<std::string>;

  void name_trees(size_t index);
  void list_missing();
  void missing_listed(const std::string& name, const git::Answer& answer);
  void add_missing(const std::string& name, const std::vector<git::Oid>& blobs);
  std::set<git::Oid> missing_of(const Names& trees) const;
  void fetch_next();
  void fetched(const Names& trees, const git::Answer& answer);
  // The upstream is away: gives up on those of which something is missing.
  void drop_lacking(const Names& trees, const git::Failure& failure);
  void write_all();
  void written(const std::string& name, const git::Answer& answer);
  void accept(const std::string& staging);
  void accepted(const Exit& exit);
  // Gives up on one tree; `refused`: for good. Else `hint` is what to do about it.
  void drop(const std::string& name, const std::string& reason, bool refused,
            const std::string& hint = "");
  // True if it is neither what is wanted nor about one tree alone: then all is over.
  template <typename Wanted>
  bool fails_for_all(const git::Answer& answer);

  Loop& loop_;
  Session& session_;
  const Settings& settings_;
  const TreeStore& store_;
  std::string upstream_;  // its URL
  std::vector<WishInWork>& wishes_;
  Callback done_;
  Trees trees_;
  size_t outstanding_ = 0;
  std::vector<Names> to_fetch_;  // trees whose missing blobs are to come in one request
  std::unique_ptr<Child> acceptor_;
};

}  // namespace overlayd
