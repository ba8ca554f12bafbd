// Programs that a test needs: run to their end, or kept in the background.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd::test {

// Runs `argv` (found on PATH) with `input` on stdin in directory `dir`; returns its stdout. Throws,
// with its stderr, if it fails.
std::string command(const std::vector<std::string>& argv, const std::string& dir = "/",
                    const std::string& input = "");

// A copy of this process that does `work`; killed, with all that it started, when the object goes.
class Background {
 public:
  Background() = default;
  explicit Background(const std::function<void()>& work);
  Background(Background&& other) noexcept;
  Background& operator=(Background&& other) noexcept;
  ~Background();

  pid_t pid() const { return pid_; }

 private:
  void end() noexcept;
  pid_t pid_ = -1;
};

// For Background: becomes another program; `stdin_fd` becomes its stdin.
[[noreturn]] void become(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                         int stdin_fd = -1);

}  // namespace overlayd::test
