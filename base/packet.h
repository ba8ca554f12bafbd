// Whole messages over a socket pair (SOCK_SEQPACKET), for programs with and without a loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"

namespace overlayd {

// Two connected ends, close-on-exec. No message is longer than max_message_bytes.
std::pair<Fd, Fd> make_socket_pair();

// These wait. receive_message() answers none when the other end is gone.
void send_message(int fd, std::string_view message);
std::optional<std::string> receive_message(int fd);

// These take flags of send(2) and recv(2). try_send() is false if it would have had to wait.
bool try_send(int fd, std::string_view message, int flags);
enum class Receipt { message, nothing, gone };
Receipt try_receive(int fd, std::string& message, int flags);

}  // namespace overlayd
