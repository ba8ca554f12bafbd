// Finds out which files differ between what is deployed and what wishes mean.
#pragma once

#include <vector>

#include "base/loop.h"
#include "daemon/upstream/session.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

// Adds a piece of what differs at a link. Of very many the rest is only counted.
void add_differences(const git::Differences& piece, size_t overlay, WishInWork& work);

class Comparison {
 public:
  // `done` runs once, unless the session fails. A commit that the mirror does not have any more
  // differs in nothing.
  Comparison(Session& session, std::vector<WishInWork>& wishes, Callback done);
  void start();

 private:
  void compare(WishInWork& work, const git::Resolved& before);
  void compared(WishInWork& work, size_t overlay, const git::Answer& answer);
  void one_done();

  Session& session_;
  std::vector<WishInWork>& wishes_;
  Callback done_;
  size_t outstanding_ = 1;  // this object's own start()
};

}  // namespace overlayd
