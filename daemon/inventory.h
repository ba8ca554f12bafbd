// What overlayd has made on this machine, over all services.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "daemon/apply.h"
#include "daemon/state.h"
#include "daemon/target.h"

namespace overlayd {

class Inventory {
 public:
  explicit Inventory(const TreeStore& trees) : trees_(trees) {}

  // What is in place for `service`; replaces what was said before.
  void set(const std::string& service, const Steps& steps);

  // Facts for make_steps(): what overlayd made counts as missing.
  Facts facts() const;
  Machine machine() const;

 private:
  std::vector<LiveOverlay> overlays_below(const std::string& path) const;
  bool is_ours(const std::string& path) const;

  const TreeStore& trees_;
  std::map<std::string, Steps> steps_;           // by service
  std::map<std::string, int> made_;              // path -> how many services made it
  std::map<std::string, std::string> overlays_;  // local -> tree
};

}  // namespace overlayd
