// Serves from the mirror as it is, while a round that asks the upstream goes on: whoever wants what
// was fetched before does not wait for a server that hangs.
#pragma once

#include <functional>
#include <vector>

#include "daemon/upstream/request.h"

namespace overlayd {

class Beside {
 public:
  // `rest`: those for whom the upstream has to be asked, or something went wrong; nobody has told
  // them anything. May destroy this object.
  using Ended = std::function<void(std::vector<Request> rest)>;

  // `ended` runs once, never from inside the constructor. `settings` and `store` must outlive this.
  Beside(Loop& loop, const Settings& settings, const TreeStore& store,
         const UpstreamConfig& upstream, std::vector<Request> requests, Ended ended);

 private:
  void round_ended(RoundResult result);

  std::vector<Request> requests_;
  Ended ended_;
  Round round_;
};

}  // namespace overlayd
