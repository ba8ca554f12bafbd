// What has to be on the machine before files can be put there for a service: its packages, and the
// accounts that the files are to belong to.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/config.h"
#include "daemon/report/activity.h"
#include "daemon/service/packages.h"
#include "daemon/trees/trees.h"

namespace overlayd {

// What is missing; no error: nothing is.
struct Lack {
  std::string error;
  std::string hint;
};

class Preparation {
 public:
  // All must outlive this object. `config` may change in between, then reset() has to follow.
  Preparation(Packages& packages, const ServiceConfig& config, Activity& activity)
      : packages_(packages), config_(config), activity_(activity) {}

  using Prepared = std::function<void(const Lack& lack)>;
  // Installs packages that are missing, and finds the accounts. `prepared` runs once; this object
  // has to be there until then. Returns false if apt takes its time: nobody waits for it who may be
  // holding dpkg's lock, to install overlayd for instance.
  bool run(Prepared prepared);
  void reset();

  // All is there.
  bool done() const { return done_; }
  // Finds the accounts alone: enough for content that needs no package, or came with it before.
  Lack find_owner();
  // Known once the accounts are.
  const std::optional<Ownership>& ownership() const { return ownership_; }

 private:
  Packages& packages_;
  const ServiceConfig& config_;
  Activity& activity_;
  bool done_ = false;
  std::optional<Ownership> ownership_;
};

}  // namespace overlayd
