// Runs a program to its end and keeps what it says.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd::git {

struct Outcome {
  int code = 0;        // exit code; 128 + signal if it was killed
  std::string output;  // its stdout and stderr, each at most max_output_bytes of the end of it
  std::string errors;

  bool ok() const { return code == 0; }
};

constexpr size_t max_output_bytes = 1 << 20;

// Waits for `argv` (argv[0] is a path) to end. It gets `input` on stdin and `env` as its whole
// environment, and dies with this process. What it leaves running is not waited for. If it says
// nothing for as long as `patience`, it is killed with all of its process group, and the last line
// of its errors tells. Throws if it cannot be started.
Outcome run(const std::vector<std::string>& argv, const std::vector<std::string>& env,
            std::string_view input = {}, std::optional<std::chrono::milliseconds> patience = {});

}  // namespace overlayd::git
