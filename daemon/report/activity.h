// What a service is doing at this moment, for people who wait for it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/clock.h"

namespace overlayd {

class Activity {
 public:
  // "waiting for systemd to restart nginx.service"; in place of what it did before.
  void begin(std::string what) {
    what_ = std::move(what);
    since_ = now();
  }
  void end() { what_.clear(); }

  const std::string& what() const { return what_; }  // empty: nothing
  uint64_t since() const { return since_; }          // seconds since the epoch

 private:
  std::string what_;
  uint64_t since_ = 0;
};

}  // namespace overlayd
