// What overlayd has made on this machine, over all services.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/steps/apply.h"
#include "daemon/steps/step.h"
#include "daemon/steps/target.h"

namespace overlayd {

class Inventory {
 public:
  explicit Inventory(const TreeStore& trees) : trees_(trees) {}

  // What is in place for `service`; replaces what was said before. Of what two have it is the one's
  // of whom that is news.
  void set(const std::string& service, const Steps& steps);

  // Facts for make_steps(): what overlayd made counts as missing, and what shows inside an overlay
  // of `service` does not count. It is asked about only if this overlay goes.
  Facts facts(const std::string& service) const;
  // Both must not outlive this object.
  Machine machine(const std::string& service) const;

  // Other services of which an overlay at or below what `plan` has changed does not show any more:
  // one that stood inside an overlay goes with it. And those around an overlay that `plan` has
  // taken away: their new content may have lacked what that stood on.
  std::set<std::string> disturbed(const std::string& service, const Plan& plan) const;

  // Bind overlays of all services but `service`, outermost first.
  std::vector<LiveOverlay> overlays_of_others(const std::string& service) const;
  // The nearest of those that `path` lies inside of, if it shows.
  std::optional<LiveOverlay> overlay_around(const std::string& service,
                                            const std::string& path) const;

 private:
  struct Overlay {
    std::string tree;
    std::string service;
    bool directory = true;
  };
  using Overlays = std::map<std::string, Overlay>;  // by local

  void give_up(const std::string& service, const Step& overlay);
  static Overlay shown(const std::string& service, const Step& step);
  static LiveOverlay described(const Overlays::value_type& overlay);
  std::vector<LiveOverlay> overlays_below(const std::string& path) const;
  std::pair<Overlays::const_iterator, Overlays::const_iterator> below(
      const std::string& path) const;
  std::set<std::string> services_around(const std::string& service, const std::string& path) const;
  PathKind kind_at(const std::string& service, const std::string& path) const;
  bool is_of_another(const std::string& service, const Step& step) const;

  const TreeStore& trees_;
  std::map<std::string, Steps> steps_;                 // by service
  std::map<std::string, std::set<std::string>> made_;  // path -> services that made it
  Overlays overlays_;
};

}  // namespace overlayd
