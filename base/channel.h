// One end of a socket pair over which whole messages travel (SOCK_SEQPACKET).
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "base/fd.h"
#include "base/loop.h"
#include "base/packet.h"

namespace overlayd {

// The end of a program with a loop: nothing waits, what cannot be sent yet is queued.
class Channel {
 public:
  using Received = std::function<void(std::string)>;

  // `hung_up` runs once, when the other end is closed or broken.
  Channel(Loop& loop, Fd fd, Received received, Callback hung_up);
  // False if it is too long for a message; nothing is sent then.
  [[nodiscard]] bool send(std::string message);

 private:
  void on_ready();
  void receive_one();
  void flush();
  void watch();
  void close();

  Loop& loop_;
  Fd fd_;
  Received received_;
  Callback hung_up_;
  std::deque<std::string> unsent_;
  Source source_;
};

}  // namespace overlayd
