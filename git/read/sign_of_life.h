// Tells the daemon that a long piece of work still goes on.
#pragma once

#include <chrono>

#include "git/serve.h"

namespace overlayd::git {

class SignOfLife {
 public:
  explicit SignOfLife(const Respond& respond) : respond_(respond) {}

  // To be called often: it sends Progress now and then.
  void give() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < interval) return;
    respond_(Progress{});
    last_ = now;
  }

 private:
  static constexpr std::chrono::seconds interval{10};

  const Respond& respond_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace overlayd::git
