// Puts the trees that wishes need into the store: missing blobs are fetched, the trees written by
// overlayd-git, and taken over by a child of ours once that is gone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/child.h"
#include "daemon/session.h"
#include "daemon/trees.h"
#include "daemon/wish.h"

namespace overlayd {

class Writing {
 public:
  // `done` runs once; wishes whose trees were refused have their error then. `failed` runs instead
  // if what was delivered is not acceptable at all.
  Writing(Loop& loop, Session& session, const Settings& settings, const TreeStore& store,
          std::vector<WishInWork>& wishes, Callback done, Session::Failed failed);
  void start();

 private:
  struct NewTree {
    Delivery delivery;
    git::Oid oid;
    std::vector<std::string> locals;
    std::vector<size_t> wishes;  // who needs it
  };

  void name_trees(size_t index);
  void list_missing();
  void fetch_blobs();
  void write_all();
  void written(const git::Written& answer);
  void accept(const std::string& staging);

  Loop& loop_;
  Session& session_;
  const Settings& settings_;
  const TreeStore& store_;
  std::vector<WishInWork>& wishes_;
  Callback done_;
  Session::Failed failed_;
  std::map<std::string, NewTree> trees_;  // by name
  std::vector<git::Oid> missing_;
  size_t outstanding_ = 0;
  std::unique_ptr<Child> acceptor_;
};

}  // namespace overlayd
