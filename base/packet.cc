#include "base/packet.h"

#include <sys/socket.h>

#include <cerrno>

#include "base/error.h"
#include "base/wire.h"

namespace overlayd {

bool try_send(int fd, std::string_view message, int flags) {
  if (message.size() > max_message_bytes)
    throw Error::of("cannot send a message of {} bytes: the limit is {}", message.size(),
                    max_message_bytes);
  ssize_t sent = 0;
  do {
    sent = ::send(fd, message.data(), message.size(), flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
  check(sent, "cannot send a message");
  return true;
}

Receipt try_receive(int fd, std::string& message, int flags) {
  message.resize(max_message_bytes + 1);
  ssize_t count = 0;
  // ECONNRESET: the other end is gone without having read all. What it sent before comes after
  // that, once: the kernel forgets an error when it has told it.
  do {
    count = recv(fd, message.data(), message.size(), flags);
  } while (count < 0 && (errno == EINTR || errno == ECONNRESET));
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Receipt::nothing;
  // an empty packet cannot be told from the end, and none of ours is empty
  if (count == 0) return Receipt::gone;
  check(count, "cannot receive a message");
  if (static_cast<size_t>(count) > max_message_bytes)
    throw Error("malformed message: it is too long");
  message.resize(static_cast<size_t>(count));
  return Receipt::message;
}

std::pair<Fd, Fd> make_socket_pair() {
  int ends[2];
  check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "cannot make a socket pair");
  return {Fd(ends[0]), Fd(ends[1])};
}

void send_message(int fd, std::string_view message) { try_send(fd, message, 0); }

std::optional<std::string> receive_message(int fd) {
  std::string message;
  if (try_receive(fd, message, 0) == Receipt::message) return message;
  return std::nullopt;
}

}  // namespace overlayd
