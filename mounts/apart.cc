#include "mounts/apart.h"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/packet.h"

namespace overlayd {
namespace {

constexpr int deadline_ms = 10'000;
constexpr char done = '+';
constexpr char failed = '-';  // and why

// One message, perhaps with a descriptor.
struct Envelope {
  char text[512] = {};
  iovec part{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  Envelope() {
    part = {text, sizeof text};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
  }
  void make_room_for_fd() {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
  }
};

void send_result(int socket, const Fd& fd) {
  Envelope envelope;
  envelope.text[0] = done;
  envelope.part.iov_len = 1;
  if (fd) {
    envelope.make_room_for_fd();
    cmsghdr* header = CMSG_FIRSTHDR(&envelope.header);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = fd.get();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);
  }
  check(sendmsg(socket, &envelope.header, 0), "cannot hand over a mount");
}

Fd receive_result(int socket) {
  Envelope envelope;
  envelope.make_room_for_fd();
  const ssize_t count =
      check(recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC), "cannot take over a mount");
  if (count == 0) throw Error("the child process that works on mounts has crashed");
  if (envelope.text[0] != done)
    throw Error(std::string(envelope.text + 1, static_cast<size_t>(count) - 1));
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope.header);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return {};
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return Fd(fd);
}

// The child may hang for as long as a file system does, and must keep nothing of ours as long: not
// our lock, not our name on the bus.
void close_all_but(std::vector<int> kept) {
  kept.insert(kept.end(), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  std::sort(kept.begin(), kept.end());
  unsigned first = 0;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > first)
      check(static_cast<int>(syscall(SYS_close_range, first, number - 1, 0U)),
            "cannot close descriptors");
    first = number + 1;
  }
  check(static_cast<int>(syscall(SYS_close_range, first, ~0U, 0U)), "cannot close descriptors");
}

[[noreturn]] void run_child(int socket, std::vector<int> kept, const std::function<Fd()>& work) {
  try {
    kept.push_back(socket);
    close_all_but(std::move(kept));
    check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
    send_result(socket, work());
  } catch (const std::exception& error) {
    const std::string text = failed + std::string(error.what());
    send_message(socket, std::string_view(text).substr(0, sizeof(Envelope::text)));
  }
  _exit(0);
}

bool answers_in_time(int socket) {
  pollfd wanted{.fd = socket, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = poll(&wanted, 1, deadline_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Fd run_apart(const std::vector<int>& kept, const std::function<Fd()>& work) {
  auto [ours, theirs] = make_socket_pair();
  const pid_t child = check(fork(), "cannot start a child process");
  if (child == 0) run_child(theirs.get(), kept, work);
  theirs.reset();
  if (!answers_in_time(ours.get())) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, WNOHANG);  // what hangs may not die of it, and is not waited for
    throw Error("a file system does not answer");
  }
  try {
    Fd result = receive_result(ours.get());
    waitpid(child, nullptr, 0);  // it has nothing left to do but to end
    return result;
  } catch (const Error&) {
    waitpid(child, nullptr, 0);
    throw;
  }
}

}  // namespace overlayd
