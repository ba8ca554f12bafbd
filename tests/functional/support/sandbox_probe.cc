// Runs inside the sandbox and reports what it could do there: one line each, in one message.
//
// Arguments are paths: it tries to create a file at each, and to connect to a socket at each.

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/channel.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"

namespace overlayd::test {
namespace {

std::string outcome(bool done) { return done ? "done" : std::strerror(errno); }

std::string create(const char* path) {
  const Fd fd(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return fmt::format("create {}: {}\n", path, outcome(static_cast<bool>(fd)));
}

std::string connect_to(const char* path) {
  const Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int result = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return fmt::format("connect {}: {}\n", path, outcome(result == 0));
}

std::string list(const char* path) {
  return fmt::format("entries of {}: {}\n", path, list_dir(open_dir(path).get()).size());
}

std::string connect_out() {
  const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(1);
  const int result = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return fmt::format("connect: {}\n", outcome(result == 0));
}

}  // namespace
}  // namespace overlayd::test

int main(int argc, char** argv) {
  using namespace overlayd::test;
  std::string report;
  for (int i = 1; i < argc; i++) report += create(argv[i]) + connect_to(argv[i]);
  report += list("/proc");
  report += connect_out();
  report += fmt::format("become root: {}\n", outcome(setuid(0) == 0));
  report += fmt::format("mount: {}\n", outcome(mount("none", "/tmp", "tmpfs", 0, nullptr) == 0));
  report += fmt::format("pid: {}\n", getpid());
  overlayd::send_message(3, report);
  return 0;
}
