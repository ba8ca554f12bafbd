#include "base/child.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

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

// Only stdin, stdout, stderr, the socket (if there is one) and the report pipe are left.
void arrange_descriptors(int socket, int report) {
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
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void execute(const Child::Command& command) {
  if (command.sandbox) enter(*command.sandbox);
  execve(command.argv[0].c_str(), pointers(command.argv).data(), pointers(command.env).data());
  fail_with_errno(fmt::format("cannot run {}", command.argv[0]));
}

bool report(std::string_view text) {
  return write(report_number, text.data(), std::min(text.size(), max_report_bytes)) >= 0;
}

[[noreturn]] void run_body(const Child::Work& body) {
  try {
    _exit(report(body()) ? 0 : 126);
  } catch (const std::exception& error) {
    _exit(report(error.what()) ? 125 : 126);
  }
}

// Keeps the pidfd of a killed child until it can be reaped.
struct Reaper {
  Fd pidfd;
  Source source;
};

// Called from a destructor. When the loop has ended, so does this process soon, and whoever
// inherits the child reaps it.
void reap_later(Loop& loop, Fd pidfd) noexcept {
  const auto reaper = std::make_shared<Reaper>(Reaper{std::move(pidfd), {}});
  try {
    reaper->source = loop.on_ready(reaper->pidfd.get(), EPOLLIN, [&loop, self = reaper.get()] {
      siginfo_t info{};
      waitid(P_PIDFD, static_cast<id_t>(self->pidfd.get()), &info, WEXITED | WNOHANG);
      loop.drop(self);
    });
    loop.keep(reaper);
  } catch (const Error&) {
    return;
  }
}

std::string read_report(int fd) {
  std::string text(max_report_bytes, '\0');
  const ssize_t count = read(fd, text.data(), text.size());
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return text;
}

}  // namespace

std::string Exit::reason() const {
  if (timed_out) return "it took too long and was ended";
  if (!report.empty()) return report;
  if (code > 128 && code < 128 + NSIG)
    return fmt::format("it was killed by signal {} ({})", code - 128, strsignal(code - 128));
  return fmt::format("it ended with exit code {}", code);
}

Child::Child(Loop& loop, const Command& command, std::chrono::seconds deadline, Ended ended)
    : loop_(loop), ended_(std::move(ended)) {
  const uint64_t flags = command.sandbox ? namespace_flags(*command.sandbox) : 0;
  start(
      [&]() -> std::string {
        arrange_descriptors(command.socket, report_.get());
        execute(command);
      },
      flags);
  watch(deadline);
}

Child::Child(Loop& loop, const Work& work, std::chrono::seconds deadline, Ended ended)
    : loop_(loop), ended_(std::move(ended)) {
  start(
      [&] {
        arrange_descriptors(-1, report_.get());
        return work();
      },
      0);
  watch(deadline);
}

void Child::start(const Work& body, uint64_t flags) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC), "cannot make a pipe");
  Fd reading(ends[0]);
  report_.reset(ends[1]);
  check(fcntl(reading.get(), F_SETFL, O_NONBLOCK), "cannot make a pipe");
  int pidfd = -1;
  clone_args args{};
  args.flags = flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  pid_ = check(static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof args)),
               "cannot start a child process");
  if (pid_ == 0) {
    reset_process();
    run_body(body);
  }
  pidfd_.reset(pidfd);
  report_ = std::move(reading);
}

// No destructor runs for an object whose constructor throws.
void Child::watch(std::chrono::seconds deadline) {
  try {
    exit_source_ = loop_.on_ready(pidfd_.get(), EPOLLIN, [this] { on_exit(); });
    deadline_source_ = loop_.after(deadline, [this] { on_deadline(); });
  } catch (...) {
    kill_and_leave_to_reaper();
    throw;
  }
}

void Child::on_exit() {
  kill(-pid_, SIGKILL);  // what it left behind in its session; not reaped yet, so the id is its own
  siginfo_t info{};
  check(waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED),
        "cannot wait for a child process");
  exit_source_.cancel();
  deadline_source_.cancel();
  pidfd_.reset();
  Exit exit;
  exit.code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  exit.report = read_report(report_.get());
  const Ended ended = std::move(ended_);
  ended(exit);
}

void Child::on_deadline() {
  kill_and_leave_to_reaper();
  const Ended ended = std::move(ended_);
  ended({.code = 128 + SIGKILL, .timed_out = true, .report = ""});
}

void Child::kill_and_leave_to_reaper() {
  exit_source_.cancel();
  deadline_source_.cancel();
  syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  kill(-pid_, SIGKILL);
  reap_later(loop_, std::move(pidfd_));
}

Child::~Child() {
  if (pidfd_) kill_and_leave_to_reaper();
}

}  // namespace overlayd
