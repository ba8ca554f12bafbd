// How overlays that are in place change hands, as a changed services.toml gives them to other
// services: while nobody is at work with them, and before anything is taken away.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "config/config.h"
#include "daemon/roster.h"
#include "daemon/service/workshop.h"

namespace overlayd {

class Succession {
 public:
  // The services of this machine that services.toml has, and all names that are to stay.
  struct Wanted {
    const std::vector<ServiceConfig>& services;
    std::set<std::string> names;
  };
  struct Callbacks {
    std::function<Wanted()> wanted;  // at this moment
    std::function<void(const std::string& from, const std::string& to)> renamed;
    Callback again;  // it is time for another try
  };
  // All references must outlive this object.
  Succession(Loop& loop, const Workshop& workshop, Roster& roster, Callbacks callbacks)
      : loop_(loop), workshop_(workshop), roster_(roster), callbacks_(std::move(callbacks)) {}

  // Has overlays change hands, where all services concerned are paused or do not run; they have to
  // get their new configurations before they go on. Returns those that have to wait, paused as they
  // are: until who is at work has ended that (see Workshop::at_rest), or until `again`.
  std::set<std::string> settle();

 private:
  // Those that give to each other, or get from each other.
  struct Group {
    std::vector<Inheritance> shares;
    std::set<std::string> names;
  };
  static std::vector<Group> groups_of(const std::vector<Inheritance>& shares);
  bool is_at_rest(const Group& group) const;
  bool pass_on(const Group& group);
  bool pass_on(const Inheritance& share);
  bool straighten_links(const Inheritance& share);

  Loop& loop_;
  const Workshop& workshop_;
  Roster& roster_;
  Callbacks callbacks_;
  Source again_;
};

}  // namespace overlayd
