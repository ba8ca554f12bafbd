#include "base/child.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/child_side.h"
#include "base/error.h"

namespace overlayd {
namespace {

// A killed child until it is reaped: by the loop, or at the latest when the loop goes. So nothing
// of ours still runs when this process ends; but what hangs in the kernel is not waited for longer.
struct Reaper {
  Fd pidfd;
  Source source;

  explicit Reaper(Fd child) : pidfd(std::move(child)) {}
  ~Reaper() {
    constexpr int patience_ms = 2000;
    pollfd gone{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    poll(&gone, 1, patience_ms);
    siginfo_t info{};
    waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | WNOHANG);
  }
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;
};

// Called from a destructor, perhaps when the loop has ended and watches nothing any more.
void reap_later(Loop& loop, Fd pidfd) noexcept {
  const auto reaper = std::make_shared<Reaper>(std::move(pidfd));
  loop.keep(reaper);
  try {
    reaper->source = loop.on_ready(reaper->pidfd.get(), EPOLLIN,
                                   [&loop, self = reaper.get()] { loop.drop(self); });
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
  start([&](int report) { become(command, report); }, flags);
  watch(deadline);
}

Child::Child(Loop& loop, const Work& work, std::chrono::seconds deadline, Ended ended)
    : loop_(loop), ended_(std::move(ended)) {
  start([&](int report) { carry_out_alone(work, report); }, 0);
  watch(deadline);
}

void Child::start(const std::function<void(int report)>& other_side, uint64_t flags) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC), "cannot make a pipe");
  report_.reset(ends[0]);
  const Fd writing(ends[1]);
  check(fcntl(report_.get(), F_SETFL, O_NONBLOCK), "cannot make a pipe");
  int pidfd = -1;
  clone_args args{};
  args.flags = flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  pid_ = check(static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof args)),
               "cannot start a child process");
  if (pid_ == 0) other_side(writing.get());
  pidfd_.reset(pidfd);
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
