// What the rules of services.toml throw at a value that breaks one.
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>

#include "base/error.h"

namespace overlayd {

// The message names the offending text; the caller knows where it stands. Never holds a credential.
class Rejected : public Error {
 public:
  explicit Rejected(const std::string& message, std::string suggestion = {})
      : Error(message), suggestion_(std::move(suggestion)) {}

  template <typename... Args>
  static Rejected because(fmt::format_string<Args...> format, Args&&... args) {
    return Rejected(fmt::format(format, std::forward<Args>(args)...));
  }

  // What was probably meant, empty if nothing is near.
  const std::string& suggestion() const { return suggestion_; }

 private:
  std::string suggestion_;
};

}  // namespace overlayd
