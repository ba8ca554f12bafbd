// What somebody asks of an upstream.
#pragma once

#include <functional>

#include "daemon/upstream/round.h"

namespace overlayd {

// A wish and who waits for it. `done` gets null instead of an answer if the round failed (see
// failure) or if nothing moved and `even_if_unmoved` was not set.
struct Request {
  FetchMode mode = FetchMode::if_moved;
  Wish wish;
  bool even_if_unmoved = false;
  std::function<void(const RoundResult&, const WishInWork*)> done;
  bool was_beside = false;  // what the mirror had then was not enough: see Beside
};

}  // namespace overlayd
