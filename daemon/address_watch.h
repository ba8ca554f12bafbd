// Tells when this machine gets or loses a network address: services.toml may name machines by it,
// and at boot addresses come up later than this daemon. rtnetlink(7).
#pragma once

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

class AddressWatch {
 public:
  // `changed` runs once things have been calm for a moment.
  AddressWatch(Loop& loop, Callback changed);

 private:
  void on_event();

  Loop& loop_;
  Callback changed_;
  Fd netlink_;
  Source source_;
  Source timer_;
};

}  // namespace overlayd
