#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace overlayd {

SystemError::SystemError(int code, std::string_view doing)
    : Error(fmt::format("{}: {}", doing, std::generic_category().message(code))), code_(code) {}

void fail_with_errno(std::string_view doing) { throw SystemError(errno, doing); }

std::string hint_of(const std::exception& error) {
  const auto* advised = dynamic_cast<const Advised*>(&error);
  return advised == nullptr ? "" : advised->hint();
}

int code_of(const std::exception& error) {
  const auto* system = dynamic_cast<const SystemError*>(&error);
  return system == nullptr ? 0 : system->code();
}

}  // namespace overlayd
