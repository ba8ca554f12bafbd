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
  // What it reported of itself: why it could not start, or why it failed; or what its work
  // returned. Cut at max_report_bytes.
  std::string report;

  bool ok() const { return code == 0 && !timed_out; }
  // Why it was not ok: "it took too long and was ended", the report, "it was killed by signal 9
  // (Killed)", or "it ended with exit code 3".
  std::string reason() const;
};

// What a pipe holds by default, so that a child never waits for us to read.
constexpr size_t max_report_bytes = size_t{60} * 1024;

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
  // Runs `work` in a copy of this process, for calls that may take long or hang. What it returns is
  // the report, and what it throws is that of a failed exit. It has no descriptor of ours but
  // stdout and stderr: nothing that we hold is kept open by it, nothing can be taken from it.
  using Work = std::function<std::string()>;
  Child(Loop& loop, const Work& work, std::chrono::seconds deadline, Ended ended);

  // Kills what still runs, with everything that it started. The loop reaps it, or waits for it when
  // the loop itself goes.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  // `other_side` is what the new process does; it must not return.
  void start(const std::function<void(int report)>& other_side, uint64_t flags);
  void watch(std::chrono::seconds deadline);
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
