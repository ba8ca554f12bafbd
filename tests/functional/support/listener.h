// A listening TCP socket on a free port of 127.0.0.1.
#pragma once

#include "base/fd.h"

namespace overlayd::test {

class Listener {
 public:
  Listener();
  int port() const { return port_; }
  const Fd& fd() const { return fd_; }

 private:
  Fd fd_;
  int port_ = 0;
};

}  // namespace overlayd::test
