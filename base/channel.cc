#include "base/channel.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/wire.h"

namespace overlayd {

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

bool Channel::send(std::string message) {
  if (message.size() > max_message_bytes) return false;
  if (!fd_) return true;  // hung_up() has said so
  const bool was_empty = unsent_.empty();
  unsent_.push_back(std::move(message));
  if (was_empty) flush();
  return true;
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
