// Finds out which files differ between what is deployed and what wishes mean.
#pragma once

#include <vector>

#include "base/loop.h"
#include "daemon/session.h"
#include "daemon/wish.h"

namespace overlayd {

class Comparison {
 public:
  // `done` runs once. A commit that the mirror does not have any more differs in nothing.
  Comparison(Session& session, std::vector<WishInWork>& wishes, Callback done);
  void start();

 private:
  void compare(WishInWork& work, const git::Resolved& before);
  void one_done();

  Session& session_;
  std::vector<WishInWork>& wishes_;
  Callback done_;
  size_t outstanding_ = 1;  // this object's own start()
};

}  // namespace overlayd
