#include "git/serve.h"

#include "base/packet.h"
#include "base/text.h"

namespace overlayd::git {
namespace {

constexpr int socket_number = 3;

Failure answer_to(const std::exception& error) {
  Failure failure = failure_of(error);
  failure.message = printable(failure.message);
  return failure;
}

void respond(const Answer& answer) { send_message(socket_number, encode(answer)); }

void handle_one(const Handler& handle, std::string_view message) {
  try {
    handle(message, respond);
  } catch (const std::exception& error) {
    respond(answer_to(error));
  }
}

}  // namespace

int serve(const Handler& handle) noexcept {
  try {
    while (const auto message = receive_message(socket_number)) handle_one(handle, *message);
    return 0;
  } catch (const std::exception&) {
    return 1;  // the daemon is gone, and with it whoever could be told
  }
}

}  // namespace overlayd::git
