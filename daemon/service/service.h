// One service: what it should be, what it is, and the changes in between, one at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/value.h"
#include "config/config.h"
#include "daemon/report/activity.h"
#include "daemon/report/trouble.h"
#include "daemon/service/change.h"
#include "daemon/service/packages.h"
#include "daemon/service/task_queue.h"
#include "daemon/state/record.h"
#include "daemon/upstream/upstream.h"

namespace overlayd {

class Service : public std::enable_shared_from_this<Service> {
 public:
  // Gets the result as docs/dbus.md describes it.
  using Answered = std::function<void(const Value&)>;

  // `upstream` must be the one that `config` names, or null for remove() only; `remembered` is what
  // an earlier daemon has left.
  Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
          Remembered remembered, std::shared_ptr<Upstream> upstream);

  // The configuration that was asked for last; changes under way may still follow the one before.
  const ServiceConfig& wanted_config() const { return wanted_config_; }
  const std::string& unit() const { return config_.unit; }
  const ServiceState& state() const { return record_.state(); }
  // Null for a service that is only there to be removed.
  const Upstream* upstream() const { return upstream_.get(); }
  // It is to go away; nobody can ask anything of it any more.
  bool leaving() const { return leaving_; }

  // Makes the service ready to take part in rounds: packages, accounts, and what changed in its
  // configuration. `settled` runs once, when its first round has ended or it could not take part.
  void start(Callback settled);
  // Something of it was put back in place, which its unit may not have seen yet.
  void tell_unit();
  // Has another configuration from now on; a removal that has not begun is called off.
  void reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream);
  // Puts back what is not in place any more, and notes what is again.
  void look_after_files();
  // Another service's change may have taken something of it away, or out of its way.
  void disturbed();
  // Takes everything of it away from the machine, and tries until that works. `removed` runs then,
  // unless the service came back in the meantime.
  void remove(Callback removed);

  // What there is of it, for who goes on with it.
  Remembered remembered() const { return record_.remembered(); }
  bool is_at_work() const { return queue_.busy(); }
  bool is_half_done() const {
    return record_.open() || !record_.unreadable().empty() || !record_.error().empty();
  }
  // Runs `work` when nothing is under way and nobody waits, and keeps it so as long as somebody
  // holds the ticket.
  void when_at_rest(TaskQueue::Task work);
  // At rest only: from now on there is something else of it, as `state` says.
  void take(const ServiceState& state);

  // What it wants to know in every round; none while it is not ready.
  std::optional<Request> standing_request();

  // What becomes of one that is frozen or pinned when it is its turn.
  enum class IfHeld { skip, follow };
  void forward(const std::string& by, IfHeld if_held, Answered answered);
  void freeze(const std::string& by, const std::string& reason, uint64_t seconds,
              Answered answered);
  void thaw(const std::string& by, Answered answered);
  void rollback(const std::string& by, const std::string& revision, Answered answered);
  void plan(const std::string& revision, Answered answered);

  // Tells the metrics how it is now. `unit` is what systemd says of its unit, here and below;
  // without a `load` if that is not known.
  void publish_metrics(const UnitState& unit);
  Dict status(const UnitState& unit) const;

 private:
  // Holding it keeps the next task waiting.
  using Ticket = TaskQueue::Ticket;

  // `error` is empty if all is there.
  using Prepared = std::function<void(const std::string& error, const std::string& hint)>;
  void prepare(const Prepared& prepared);
  void not_ready(const std::string& error, const std::string& hint);
  bool recall();
  std::string recall_hint() const;
  std::string owner_hint() const;
  std::string packages_hint() const;
  bool recall_or_answer(const Answered& answered);
  void prepare_and_reconcile(const Ticket& ticket);
  void drop_empty_hold();
  std::string find_owner();
  void look_after();
  void look_after_soon();
  // Brings what is deployed in line with the configuration and with what should be on the machine.
  void reconcile(const Ticket& ticket, const Callback& then);
  bool has_history() const;
  bool can_be_deployed_anew() const;
  std::string came_from() const;
  void put_back(const Ticket& ticket, const Callback& then);
  void tell_of_restore(const Callback& then);
  void put_back_at_least(const ChangeResult& failed, const Answered& answered,
                         const Ticket& ticket);
  void deploy_anew(const Ticket& ticket, const Callback& then);
  void take_away(const Ticket& ticket);

  void on_tip(const RoundResult& round, const WishInWork* work);
  void look_again();
  void follow(const WishResult& content);
  void try_again();
  void ask(FetchMode mode, Wish wanted, std::function<void(const WishInWork&)> got,
           std::function<void(const ChangeResult&)> failed);
  void note_tip(const WishInWork& work);
  Change& new_change();
  void change(const WishResult& content, const ChangeOrder& order,
              std::function<void(const ChangeResult&)> done);
  void go_forward(const std::string& by, const Answered& answered, const Ticket& ticket);
  void go_back(const std::string& by, const std::string& revision, const Answered& answered,
               const Ticket& ticket);
  void thaw_if_due();
  void unfreeze(const std::string& by);
  void note(const std::string& verb, const std::string& by, const std::string& reason,
            const std::string& message);
  void make_plan(const std::string& revision, const Answered& answered, const Ticket& ticket);
  Value plan_of(const WishInWork& work) const;

  Wish wish() const;
  // Throws Error if it is none.
  void want_revision(Wish& wish, const std::string& typed) const;
  bool held() const { return state().frozen || state().pinned; }
  std::optional<bool> in_sync() const;
  bool as_it_should_be() const;
  bool is_in_place() const;
  void settled();
  void arm_thaw();
  Value skipped() const;
  Value answer(const ChangeResult& result, const std::string& from = "") const;
  List overlay_list() const;
  bool is_live(const Step& shown) const;
  void add_tip(Dict& dict) const;
  void add_hold(Dict& dict) const;
  // What is wrong, the worst first.
  struct Problem {
    std::string_view of;  // service, unit, overlays or upstream
    std::string error;
    std::string hint;
    uint64_t at = 0;        // since when; 0: not known
    uint64_t retry_at = 0;  // 0: not by itself
  };
  std::vector<Problem> problems(const UnitState& unit) const;
  void add_unit_problems(std::vector<Problem>& problems, const UnitState& unit) const;
  std::vector<std::string> not_in_place() const;
  uint64_t next_look() const;  // when it is looked whether all is in place, at the latest
  bool failed(const std::vector<Problem>& problems) const;
  void add_condition(Dict& dict, const std::vector<Problem>& problems) const;
  std::string notes(const UnitState& unit) const;

  Loop& loop_;
  Workshop& workshop_;
  Packages& packages_;
  ServiceConfig config_;
  Record record_;
  std::shared_ptr<Upstream> upstream_;
  ServiceConfig wanted_config_;
  std::shared_ptr<Upstream> wanted_upstream_;

  bool prepared_ = false;               // its packages are there, and its accounts
  std::optional<Ownership> ownership_;  // known once its accounts are
  Activity activity_;
  std::unique_ptr<Change> change_;
  TaskQueue queue_;
  Trouble trouble_;
  bool leaving_ = false;
  Callback removed_;
  bool look_anyway_ = true;   // nothing was seen of the upstream yet, or the last try failed
  WishResult tip_;            // what the branch has for it, as last seen; no commit: not seen yet
  uint64_t put_back_at_ = 0;  // when it was last put back, or is to be looked at again; seconds
  unsigned put_backs_ = 0;    // how often in a row
  std::string missing_for_;   // why something of it cannot be put back; empty: nothing is missing
  bool looks_after_ = false;  // that is in the queue
  Source thaw_timer_;
  Callback settled_;
};

}  // namespace overlayd
