// A child process as an object: it has a pidfd and a deadline, and ends when the object does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/loop.h"
#include "base/sandbox.h"

namespace overlayd {

struct Exit {
  int code = 0;            // exit code; 128 + signal if it was killed
  bool timed_out = false;  // its deadline ran out and it was killed
  std::string report;      // what it reported of itself: why it could not start, or why it failed

  bool ok() const { return code == 0 && !timed_out; }
  // Why it was not ok: "timed out", "killed by signal 9", "exit code 3", or the report.
  std::string reason() const;
};

class Child {
 public:
  using Ended = std::function<void(const Exit&)>;

  struct Command {
    std::vector<std::string> argv;  // argv[0] is a path; no shell, ever
    std::vector<std::string> env;   // the whole environment
    int socket = -1;                // becomes descriptor 3 of the child
    std::optional<Sandbox> sandbox;
  };

  // Starts a program: its stdin is /dev/null, stdout and stderr are ours. `ended` runs once, when
  // it is gone or its deadline has passed; never if this object is destroyed before.
  Child(Loop& loop, const Command& command, std::chrono::seconds deadline, Ended ended);
  // Runs `work` in a copy of this process, for calls that may take long or hang. What it throws is
  // the report of a failed exit.
  Child(Loop& loop, const Callback& work, std::chrono::seconds deadline, Ended ended);

  // Kills what still runs, with everything that it started; what is left is reaped by the loop.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  void start(const Callback& body, uint64_t flags);
  void on_exit();
  void on_deadline();
  void kill_and_leave_to_reaper();

  Loop& loop_;
  Ended ended_;
  pid_t pid_ = -1;
  Fd pidfd_;
  Fd report_;
  Source exit_source_;
  Source deadline_source_;
};

}  // namespace overlayd
