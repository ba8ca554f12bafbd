#include "base/channel.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/error.h"
#include "base/wire.h"

namespace overlayd {
namespace {

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

enum class Receipt { message, nothing, gone };

Receipt try_receive(int fd, std::string& message, int flags) {
  message.resize(max_message_bytes + 1);
  ssize_t count = 0;
  do {
    count = recv(fd, message.data(), message.size(), flags);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Receipt::nothing;
  // an empty packet cannot be told from the end, and none of ours is empty
  if (count == 0 || (count < 0 && errno == ECONNRESET)) return Receipt::gone;
  check(count, "cannot receive a message");
  if (static_cast<size_t>(count) > max_message_bytes)
    throw Error("malformed message: it is too long");
  message.resize(static_cast<size_t>(count));
  return Receipt::message;
}

}  // namespace

std::pair<Fd, Fd> make_channel() {
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

Channel::Channel(Loop& loop, Fd fd, Received received, Callback hung_up)
    : loop_(loop),
      fd_(std::move(fd)),
      received_(std::move(received)),
      hung_up_(std::move(hung_up)) {
  watch();
}

void Channel::watch() {
  const uint32_t events = EPOLLIN | (unsent_.empty() ? 0U : static_cast<uint32_t>(EPOLLOUT));
  source_.cancel();  // epoll takes a descriptor once
  source_ = loop_.on_ready(fd_.get(), events, [this] { on_ready(); });
}

void Channel::send(std::string message) {
  if (!fd_) return;  // hung_up() has said so
  const bool was_empty = unsent_.empty();
  unsent_.push_back(std::move(message));
  if (was_empty) flush();
}

void Channel::flush() {
  const bool waited = !unsent_.empty();
  try {
    while (!unsent_.empty() && try_send(fd_.get(), unsent_.front(), MSG_DONTWAIT))
      unsent_.pop_front();
  } catch (const SystemError&) {
    unsent_.clear();  // the other end is gone; reading says so
  }
  if (waited) watch();
}

void Channel::on_ready() {
  if (!unsent_.empty()) flush();
  // one message a turn: what receives it may destroy this object
  receive_one();
}

void Channel::receive_one() {
  std::string message;
  Receipt receipt = Receipt::gone;
  try {
    receipt = try_receive(fd_.get(), message, MSG_DONTWAIT);
  } catch (const Error&) {
    receipt = Receipt::gone;  // who sends nonsense is not listened to any more
  }
  if (receipt == Receipt::gone) return close();
  const Received received = received_;
  if (receipt == Receipt::message) received(std::move(message));
}

void Channel::close() {
  source_.cancel();
  fd_.reset();
  const Callback hung_up = hung_up_;
  if (hung_up) hung_up();
}

}  // namespace overlayd
