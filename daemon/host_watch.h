// Tells when this machine goes by another host name, or gets or loses a network address:
// services.toml may name machines by either, and at boot addresses come up later than this daemon.
// rtnetlink(7), poll(2) of /proc/sys/kernel/hostname.
#pragma once

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

class HostWatch {
 public:
  // `changed` runs once things have been calm for a moment.
  HostWatch(Loop& loop, Callback changed);

 private:
  void on_addresses();
  void on_event();

  Loop& loop_;
  Callback changed_;
  Fd netlink_;
  Fd name_;
  Source addresses_changed_;
  Source name_changed_;
  Source timer_;
};

}  // namespace overlayd
