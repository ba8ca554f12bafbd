#include "git/fetch/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/argv.h"
#include "base/error.h"
#include "base/fd.h"

namespace overlayd::git {
namespace {

struct Pipe {
  Fd reading;
  Fd writing;
};

Pipe make_pipe() {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC), "cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

void set_nonblocking(const Fd& fd) {
  check(fcntl(fd.get(), F_SETFL, O_NONBLOCK), "cannot set up a pipe");
}

// Our ends of a running program's pipes.
struct Running {
  pid_t pid = -1;
  Fd pidfd;
  Fd input;
  Fd output;
  Fd errors;
};

Running start(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  // made before the fork: the child may not allocate
  const auto arguments = pointers(argv);
  const auto environment = pointers(env);
  const pid_t pid = check(fork(), "cannot start {}", argv[0]);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    dup2(input.reading.get(), STDIN_FILENO);
    dup2(output.writing.get(), STDOUT_FILENO);
    dup2(errors.writing.get(), STDERR_FILENO);
    close(STDERR_FILENO + 1);  // the daemon's socket
    execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  Fd pidfd(
      static_cast<int>(check(syscall(SYS_pidfd_open, pid, 0), "cannot watch a child process")));
  for (const Fd* ours : {&input.writing, &output.reading, &errors.reading}) set_nonblocking(*ours);
  return {.pid = pid,
          .pidfd = std::move(pidfd),
          .input = std::move(input.writing),
          .output = std::move(output.reading),
          .errors = std::move(errors.reading)};
}

// Appends what can be read now; closes `fd` at its end.
void drain(Fd& fd, std::string& text) {
  std::array<char, 16384> buffer{};
  ssize_t count = 0;
  while (fd && (count = read(fd.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<size_t>(count));
    if (text.size() > max_output_bytes) text.erase(0, text.size() - max_output_bytes);
  }
  if (fd && (count == 0 || errno != EAGAIN)) fd.reset();
}

// Writes what can be written now; closes `fd` when all is said or nobody listens.
void feed(Fd& fd, std::string_view& input) {
  while (fd && !input.empty()) {
    const ssize_t count = write(fd.get(), input.data(), input.size());
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break;
    input.remove_prefix(static_cast<size_t>(count));
  }
  fd.reset();
}

void end(const Running& running, std::chrono::milliseconds patience, Outcome& outcome) {
  kill(-running.pid, SIGKILL);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  outcome.errors +=
      fmt::format("\nfatal: the upstream has sent nothing for {} s\n", seconds.count());
}

// Until the program itself is gone: something it left behind may hold the pipes open for ever.
void attend(Running& running, std::string_view input,
            std::optional<std::chrono::milliseconds> patience, Outcome& outcome) {
  const int wait = patience ? static_cast<int>(patience->count()) : -1;
  feed(running.input, input);
  for (;;) {
    std::array<pollfd, 4> polled{{{running.pidfd.get(), POLLIN, 0},
                                  {running.output.get(), POLLIN, 0},
                                  {running.errors.get(), POLLIN, 0},
                                  {running.input.get(), POLLOUT, 0}}};
    const int ready = poll(polled.data(), polled.size(), wait);
    if (ready < 0 && errno != EINTR) fail_with_errno("cannot wait for a child process");
    if (ready == 0) return end(running, *patience, outcome);
    if (polled[3].revents != 0) feed(running.input, input);
    if (polled[1].revents != 0) drain(running.output, outcome.output);
    if (polled[2].revents != 0) drain(running.errors, outcome.errors);
    if (polled[0].revents != 0) break;
  }
  drain(running.output, outcome.output);
  drain(running.errors, outcome.errors);
}

int reap(pid_t pid) {
  int status = 0;
  check(waitpid(pid, &status, 0), "cannot wait for a child process");
  // as PID 1 of a sandbox we inherit the orphans of everybody
  while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Outcome run(const std::vector<std::string>& argv, const std::vector<std::string>& env,
            std::string_view input, std::optional<std::chrono::milliseconds> patience) {
  Running running = start(argv, env);
  Outcome outcome;
  attend(running, input, patience, outcome);
  outcome.code = reap(running.pid);
  return outcome;
}

}  // namespace overlayd::git
