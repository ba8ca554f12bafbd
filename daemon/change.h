// One change of one service, from content that lies ready in the store to a unit that uses it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/config.h"
#include "daemon/checkout.h"
#include "daemon/inventory.h"
#include "daemon/metrics.h"
#include "daemon/plan.h"
#include "daemon/state.h"
#include "daemon/store.h"
#include "daemon/wish.h"
#include "units/units.h"

namespace overlayd {

// What all changes work with; owned by the manager, which outlives them.
struct Workshop {
  const Settings& settings;
  const TreeStore& trees;
  const Store& store;
  Inventory& inventory;
  Units& units;
  Metrics& metrics;
};

// What a change is to lead to, and on whose behalf.
struct ChangeOrder {
  std::string verb;  // forward, rollback, configuration; a first one is recorded as install
  std::string by;
  std::string reason;
  bool act_anyway = false;  // tell the unit even if nothing changes: it failed last time
};

enum class Outcome { done, unchanged, skipped, failed, refused };
std::string_view name_of(Outcome outcome);

struct ChangeResult {
  Outcome outcome = Outcome::done;
  std::string message;    // for people: what was done, or why not
  std::string hint;       // what to do; may be empty
  bool in_place = false;  // the files are what they were to be, whatever the unit made of it
};

// The steps that `content` amounts to for `config`, and the plan from `state` to there. Throws
// Error.
struct Proposal {
  Steps steps;
  Plan plan;
  std::map<std::string, std::string> links;  // for the state
};
Proposal propose(const Workshop& workshop, const ServiceConfig& config, const ServiceState& state,
                 const WishResult& content, bool act_anyway);

// What an action of services.toml ("reload") asks of systemd; none for "none". `gently`: with the
// same effect on a unit that runs, and none on one that does not.
std::optional<UnitVerb> unit_verb(const std::string& action, bool gently);

// The links of a checkout, with the trees' names made paths.
CheckoutLinks tree_paths(const std::map<std::string, std::string>& links, const TreeStore& trees);

class Change {
 public:
  using Done = std::function<void(const ChangeResult&)>;

  // `config` and `state` must outlive the change; `state` is its to write meanwhile.
  Change(Workshop& workshop, const ServiceConfig& config, ServiceState& state);

  // Carries it out. `done` runs once, perhaps before this returns; on failure before publishing the
  // machine is as it was.
  void run(const WishResult& content, const ChangeOrder& order, Done done);
  // Takes everything of the service away.
  void remove(const ChangeOrder& order, Done done);

 private:
  void publish(const Proposal& proposal);
  void act(const Op& op);
  void acted(const UnitOutcome& outcome);
  void finish(const ChangeResult& result);
  void record_log(const std::string& outcome, const std::string& message);

  Workshop& workshop_;
  const ServiceConfig& config_;
  ServiceState& state_;
  ChangeOrder order_;
  Commit commit_;
  std::string from_;
  Done done_;
};

}  // namespace overlayd
