#include "tests/functional/support/command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/argv.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace overlayd::test {
namespace {

// A file without a name: holds what a program reads or writes without anybody pumping a pipe.
Fd scratch(const std::string& content = "") {
  Fd fd(check(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), "cannot make a scratch file"));
  write_all(fd.get(), content);
  lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

std::string content_of(const Fd& fd) {
  std::string content(static_cast<size_t>(lseek(fd.get(), 0, SEEK_END)), '\0');
  check(pread(fd.get(), content.data(), content.size(), 0), "cannot read a scratch file");
  return content;
}

}  // namespace

std::string command(const std::vector<std::string>& argv, const std::string& dir,
                    const std::string& input) {
  const Fd in = scratch(input);
  const Fd output = scratch();
  const Fd errors = scratch();
  const pid_t pid = check(fork(), "cannot start {}", argv[0]);
  if (pid == 0) {
    dup2(in.get(), STDIN_FILENO);
    dup2(output.get(), STDOUT_FILENO);
    dup2(errors.get(), STDERR_FILENO);
    if (chdir(dir.c_str()) == 0) execvp(argv[0].c_str(), pointers(argv).data());
    _exit(127);
  }
  int status = 0;
  check(waitpid(pid, &status, 0), "cannot wait for {}", argv[0]);
  if (status != 0) throw Error::of("{} failed: {}", join(argv, " "), content_of(errors));
  return content_of(output);
}

Background::Background(const std::function<void()>& work)
    : pid_(check(fork(), "cannot start a process")) {
  if (pid_ != 0) return;
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    work();
    _exit(0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    _exit(1);
  }
}

Background::Background(Background&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Background& Background::operator=(Background&& other) noexcept {
  end();
  pid_ = std::exchange(other.pid_, -1);
  return *this;
}

Background::~Background() { end(); }

void Background::end() noexcept {
  if (pid_ < 0) return;
  // not reaped yet, so that the id of its session is still its own
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void become(const std::vector<std::string>& argv, const std::vector<std::string>& env,
            int stdin_fd) {
  if (stdin_fd >= 0) check(dup2(stdin_fd, STDIN_FILENO), "cannot place stdin");
  execvpe(argv[0].c_str(), pointers(argv).data(), pointers(env).data());
  fail_with_errno("cannot run " + argv[0]);
}

}  // namespace overlayd::test
