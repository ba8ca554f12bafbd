// One change of one service, from content that lies ready in the store to a unit that uses it.
#pragma once

#include <functional>
#include <string>

#include "config/config.h"
#include "daemon/report/activity.h"
#include "daemon/service/proposal.h"
#include "daemon/service/telling.h"
#include "daemon/service/workshop.h"
#include "daemon/state/record.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

// Who asks, where nobody did.
constexpr const char* on_its_own = "overlayd";

// On whose behalf a change is made.
struct ChangeOrder {
  std::string verb;  // forward, rollback, configuration, restore; a first one becomes install
  std::string by;
  std::string reason;
  std::string revision = {};  // that a rollback goes to, as it was typed
  bool act_anyway = false;    // tell the unit even if nothing changes: it failed last time
  // What becomes of a freeze and a pin. Saved with the commit itself: whoever went back must not be
  // taken forward again after a crash.
  enum class Hold { stays, ends, pins } hold = Hold::stays;
};

enum class Outcome { done, unchanged, skipped, failed, refused };
std::string_view name_of(Outcome outcome);

struct ChangeResult {
  Outcome outcome = Outcome::done;
  std::string message;    // for people: what was done, or why not
  std::string hint;       // what to do; may be empty
  bool in_place = false;  // the files are what they were to be, whatever the unit made of it
  std::string refused_commit = {};  // that it would have gone to, if that was at fault
};

class Change {
 public:
  using Done = std::function<void(const ChangeResult&)>;

  // `config`, `record` and `activity` must outlive the change; the latter two are its to write
  // meanwhile. `done` may destroy it.
  Change(Workshop& workshop, const ServiceConfig& config, Record& record, Activity& activity);

  // Each of these is called once at most, and only one of them. `done` runs once, perhaps before
  // they return. On failure before publishing the machine is as it was.

  // Brings `content` about.
  void run(const WishResult& content, const ChangeOrder& order, Done done);
  // Takes everything of the service away.
  void remove(const ChangeOrder& order, Done done);
  // Tells the unit, if it runs, that what it reads is another: something was put back in place.
  void tell_unit(const ChangeOrder& order, Done done);

 private:
  void begin(const ChangeOrder& order, Done done);
  void take_back_what_is_open();
  void publish(const Proposal& proposal);
  void deployed(const Proposal& proposal, bool content);
  void put_down(const Proposal& proposal, bool content);
  std::string hold_or_follow(bool content);
  void tell(const Plan& plan, bool gently);
  void told(const UnitOutcome& outcome, bool gently);
  void end_without_action(bool content);
  void finish(const ChangeResult& result);
  void write_down(const std::string& outcome, const std::string& message);

  Workshop& workshop_;
  const ServiceConfig& config_;
  Record& record_;
  Telling telling_;
  ChangeOrder order_;
  Commit commit_;
  std::string from_;
  bool new_content_ = false;
  bool written_down_ = false;  // the log's last entry is of this change
  std::string note_;           // what became of a freeze or a pin, if that has to be said
  Done done_;
};

}  // namespace overlayd
