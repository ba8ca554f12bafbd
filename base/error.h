// Errors that carry what was being done, to what, and why it failed.
//
// An Error travels up as an exception; each level that knows more adds one piece of context in
// front. It is logged at one place, by whoever asked for the work. Outcomes that are part of normal
// life (nothing to do, refused, busy) are enums in return values, never exceptions.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace overlayd {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  template <typename... Args>
  static Error of(fmt::format_string<Args...> format, Args&&... args) {
    return Error(fmt::format(format, std::forward<Args>(args)...));
  }
};

// An Error that came from the kernel or a C library and keeps its errno.
class SystemError : public Error {
 public:
  // Reads "<doing>: <strerror(code)>". `code` is a positive errno.
  SystemError(int code, std::string_view doing);
  int code() const { return code_; }

 private:
  int code_;
};

// An Error that says what to do about it.
class Advised : public Error {
 public:
  Advised(const std::string& problem, std::string hint) : Error(problem), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

// What to do about it; empty if it does not say.
std::string hint_of(const std::exception& error);

// The errno that it came of; 0 if it does not say.
int code_of(const std::exception& error);

// Throws SystemError for the current errno.
[[noreturn]] void fail_with_errno(std::string_view doing);

// For calls that return -1 and set errno. Returns the result.
//   check(fsync(fd), "cannot sync {}", path);
template <typename Result, typename... Args>
Result check(Result result, fmt::format_string<Args...> format, Args&&... args) {
  if (result < 0) fail_with_errno(fmt::format(format, std::forward<Args>(args)...));
  return result;
}

// For calls that return a negative errno (systemd's convention). Returns the result.
template <typename Result, typename... Args>
Result check_neg(Result result, fmt::format_string<Args...> format, Args&&... args) {
  if (result < 0)
    throw SystemError(static_cast<int>(-result), fmt::format(format, std::forward<Args>(args)...));
  return result;
}

}  // namespace overlayd
