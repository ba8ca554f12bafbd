#include "base/child_side.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/argv.h"
#include "base/error.h"

namespace overlayd {
namespace {

constexpr int socket_number = 3;
constexpr int report_number = 4;

// What the child must not inherit: blocked signals, handlers, our terminal's session.
void reset_process() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(signal, SIG_DFL);
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void place(int fd, int number) {
  if (fd == number)
    check(fcntl(fd, F_SETFD, 0), "cannot keep a descriptor");
  else
    check(dup2(fd, number), "cannot place a descriptor");
}

// Only stdin, stdout, stderr, the socket (if there is one) and the report pipe are left. Returns
// the number of the last.
int arrange_descriptors(int socket, int report) {
  const int null = check(open("/dev/null", O_RDONLY | O_CLOEXEC), "cannot open /dev/null");
  check(dup2(null, STDIN_FILENO), "cannot place stdin");
  // both may stand in the other's place: move them out of the way first
  const int safe_report = check(fcntl(report, F_DUPFD_CLOEXEC, 10), "cannot keep a descriptor");
  const int safe_socket =
      socket < 0 ? -1 : check(fcntl(socket, F_DUPFD_CLOEXEC, 10), "cannot keep a descriptor");
  if (safe_socket >= 0)
    place(safe_socket, socket_number);
  else
    close(socket_number);
  check(dup3(safe_report, report_number, O_CLOEXEC), "cannot place a descriptor");
  check(static_cast<int>(syscall(SYS_close_range, report_number + 1, ~0U, 0)),
        "cannot close descriptors");
  return report_number;
}

[[noreturn]] void execute(const Child::Command& command) {
  if (command.sandbox) enter(*command.sandbox);
  execve(command.argv[0].c_str(), pointers(command.argv).data(), pointers(command.env).data());
  fail_with_errno(fmt::format("cannot run {}", command.argv[0]));
}

bool tell(int report, std::string_view text) {
  return write(report, text.data(), std::min(text.size(), max_report_bytes)) >= 0;
}

[[noreturn]] void run(int report, int socket, const Child::Work& body) {
  try {
    reset_process();
    report = arrange_descriptors(socket, report);
    _exit(tell(report, body()) ? 0 : 126);
  } catch (const std::exception& error) {
    _exit(tell(report, error.what()) ? 125 : 126);
  }
}

}  // namespace

void become(const Child::Command& command, int report) {
  run(report, command.socket, [&]() -> std::string { execute(command); });
}

void carry_out_alone(const Child::Work& work, int report) { run(report, -1, work); }

}  // namespace overlayd
