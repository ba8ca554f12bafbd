// Finds the commits that wishes mean, and brings more history where they lie beyond what was
// fetched.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/loop.h"
#include "daemon/upstream/session.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

// What is wished for, in words: "revision 'v1.2'".
std::string name_of(const Wish& wish);

class Lookup {
 public:
  // `done` runs once, when every wish is resolved or has its error. `wishes` is filled in.
  Lookup(Session& session, std::vector<WishInWork>& wishes, Callback done);
  void start();

 private:
  void resolve(size_t index);
  void resolved(size_t index, const git::Answer& answer);
  void take(WishInWork& work, const git::Resolved& found);
  void settle();
  void bring_more();
  void fetch_by_name(size_t index);
  void deepen();
  // Where the round does not mean to ask the upstream and that is away, those that lie beyond what
  // was fetched have their error then, and `got` is not called.
  void fetch(const git::FetchRequest& request, std::function<void(const git::Fetched&)> got);
  void give_up_asking(const git::Failure& failure);
  void give_up_searching();
  void again();

  Session& session_;
  std::vector<WishInWork>& wishes_;
  Callback done_;
  size_t outstanding_ = 0;
  std::set<size_t> beyond_;  // wishes that lie beyond what was fetched
  std::set<size_t> fetched_by_name_;
  std::set<size_t> as_branch_;  // tried as the name of another branch
  uint64_t deepen_by_ = 20;
};

}  // namespace overlayd
