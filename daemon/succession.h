// How overlays that are in place change hands, as a changed services.toml gives them to other
// services: while nobody is at work with them, and before anything is taken away.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/loop.h"
#include "config/config.h"
#include "daemon/roster.h"

namespace overlayd {

class Succession {
 public:
  // The services of this machine that services.toml has, and all names that are to stay.
  struct Wanted {
    const std::vector<ServiceConfig>& services;
    std::set<std::string> names;
  };
  struct Callbacks {
    std::function<Wanted()> wanted;                        // at this moment
    std::function<void(const std::string& name)> renamed;  // `name` is not used any more
    Callback passed_on;  // after some had to wait: the configuration is to be applied again
  };
  // Both references must outlive this object.
  Succession(Loop& loop, Roster& roster, Callbacks callbacks)
      : loop_(loop), roster_(roster), callbacks_(std::move(callbacks)) {}

  // Has overlays change hands. Returns the services that have to wait until none of those concerned
  // is at work.
  std::set<std::string> settle() { return settle(3); }

 private:
  std::set<std::string> settle(int rounds);
  std::vector<Inheritance> due(bool at_rest) const;
  void pass_on(const std::set<std::string>& concerned);
  void pass_on(const Inheritance& share);

  Loop& loop_;
  Roster& roster_;
  Callbacks callbacks_;
  bool is_due_ = false;  // once those concerned are at rest
  Source again_;
};

}  // namespace overlayd
