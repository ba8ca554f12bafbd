// Mounting on a detached mount needs Linux 6.15. What works before: assemble it in a mount
// namespace of a short-lived child, and take it out of there as a detached copy.
//
// Everybody waits for this child, as it takes less than a millisecond. It can only take longer if
// the file system of the trees hangs: then it is given up.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/channel.h"
#include "base/error.h"
#include "base/path.h"
#include "mounts/stage.h"

namespace overlayd {
namespace {

constexpr int deadline_ms = 10'000;

// One message: an error text, or one byte and a descriptor.
struct Envelope {
  char text[512] = {};
  iovec part{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  Envelope() {
    part = {text, sizeof text};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
  }
};

void send_fd(int socket, int fd) {
  Envelope envelope;
  envelope.part.iov_len = 1;
  cmsghdr* header = CMSG_FIRSTHDR(&envelope.header);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  check(sendmsg(socket, &envelope.header, 0), "cannot hand over a mount");
}

Fd receive_fd(int socket) {
  Envelope envelope;
  const ssize_t count =
      check(recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC), "cannot take over a mount");
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope.header);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS)
    throw Error(count > 0 ? std::string(envelope.text, static_cast<size_t>(count))
                          : "cannot assemble nested overlays: the child process ended");
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return Fd(fd);
}

void attach_at(const Fd& mount, const std::string& path) {
  const Fd target = open_path(path);
  check(move_mount(mount.get(), "", target.get(), "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
        "cannot mount there");
}

// In the child: everything is mounted over the folder of `source`, which only this namespace sees.
Fd assemble(const std::string& source, const std::vector<Nested>& nested) {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  const std::string workbench = parent_path(source);
  const Fd outer = stage(source);
  std::vector<Fd> inner;
  inner.reserve(nested.size());
  for (const auto& one : nested) inner.push_back(stage(one.source));
  attach_at(outer, workbench);
  for (size_t i = 0; i < nested.size(); i++) {
    try {
      attach_at(inner[i], workbench + "/" + nested[i].below);
    } catch (const Error& error) {
      throw Error::of("the overlay inside it at '{}' has no place to stand: {}", nested[i].below,
                      error.what());
    }
  }
  return Fd(check(
      open_tree(AT_FDCWD, workbench.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
      "cannot take nested overlays over"));
}

[[noreturn]] void run_child(int socket, const std::string& source,
                            const std::vector<Nested>& nested) {
  try {
    send_fd(socket, assemble(source, nested).get());
  } catch (const std::exception& error) {
    const std::string_view text = error.what();
    send_message(socket, text.substr(0, sizeof(Envelope::text)));
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

Fd stage_with(const std::string& source, const std::vector<Nested>& nested) {
  if (nested.empty()) return stage(source);
  auto [ours, theirs] = make_channel();
  const pid_t child = check(fork(), "cannot start a child process");
  if (child == 0) run_child(theirs.get(), source, nested);
  theirs.reset();
  if (!answers_in_time(ours.get())) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, WNOHANG);  // what hangs may not die of it, and is not waited for
    throw Error("cannot assemble nested overlays: the file system of the trees does not answer");
  }
  Fd result;
  std::string failure;
  try {
    result = receive_fd(ours.get());
  } catch (const Error& error) {
    failure = error.what();
  }
  waitpid(child, nullptr, 0);  // it has nothing left to do but to end
  if (!failure.empty()) throw Error(failure);
  return result;
}

}  // namespace overlayd
