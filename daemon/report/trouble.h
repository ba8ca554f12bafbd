// What keeps a service from being what it should be, and when that is tried again.
#pragma once

#include <cstdint>
#include <string>

#include "base/loop.h"

namespace overlayd {

class Trouble {
 public:
  // `service` is named in what is logged; `again` runs when it is time for another try.
  Trouble(Loop& loop, std::string service, Callback again);

  void rename(std::string service) { service_ = std::move(service); }

  // Logs it, unless it is what was said last.
  void set(const std::string& problem, const std::string& hint = "");
  // The same for what was logged already.
  void set_logged(const std::string& problem, const std::string& hint);
  // Sets it, and tries again later.
  void set_and_retry(const std::string& problem, const std::string& hint = "");
  // All is well: nothing is tried again.
  void clear();
  // Tries again after a while, which doubles each time; once, if that is due already.
  void retry_later();

  bool any() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }
  const std::string& hint() const { return hint_; }
  uint64_t since() const { return since_; }        // seconds since the epoch; 0: nothing is wrong
  uint64_t retry_at() const { return retry_at_; }  // 0: not by itself

 private:
  Loop& loop_;
  std::string service_;
  Callback again_;
  std::string problem_;
  std::string hint_;
  uint64_t since_ = 0;
  unsigned retries_ = 0;
  uint64_t retry_at_ = 0;
  Source retry_;
};

}  // namespace overlayd
