// One end of a socket pair over which whole messages travel (SOCK_SEQPACKET).
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/loop.h"

namespace overlayd {

// Two connected ends, close-on-exec. No message is longer than max_message_bytes.
std::pair<Fd, Fd> make_channel();

// For programs without a loop: both wait. receive_message() answers none when the other end is
// gone.
void send_message(int fd, std::string_view message);
std::optional<std::string> receive_message(int fd);

// The end of a program with a loop: nothing waits, what cannot be sent yet is queued.
class Channel {
 public:
  using Received = std::function<void(std::string)>;

  // `hung_up` runs once, when the other end is closed or broken.
  Channel(Loop& loop, Fd fd, Received received, Callback hung_up);
  void send(std::string message);

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
