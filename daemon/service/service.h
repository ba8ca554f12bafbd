// One service: what it should be, what it is, and the changes in between, one at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "base/value.h"
#include "config/config.h"
#include "daemon/report/activity.h"
#include "daemon/report/trouble.h"
#include "daemon/service/change.h"
#include "daemon/service/preparation.h"
#include "daemon/service/situation.h"
#include "daemon/service/task_queue.h"
#include "daemon/service/upkeep.h"
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

  const std::string& name() const { return config_.name; }
  // The configuration that was asked for last; a change under way may still follow the one before.
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
  // Has another configuration from now on, or as soon as what is under way has ended; a removal
  // that has not begun is called off.
  void reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream);
  // The same where the rest has to wait: then reconfigure() is to follow, for which this asks.
  void call_off_removal(std::shared_ptr<Upstream> upstream);
  bool has_to_be_reconfigured() const { return leaving_ || removal_called_off_; }
  // Puts back what is not in place any more, and notes what is again.
  void mounts_changed();
  // Another service's change may have taken something of it away, or out of its way.
  void disturbed();
  // Takes everything of it away from the machine, and tries until that works. `removed` runs then,
  // unless the service came back in the meantime.
  void remove(Callback removed);

  // What there is of it, for who goes on with it.
  Remembered remembered() const { return record_.remembered(); }
  bool is_at_work() const { return queue_.busy(); }
  // What there is of it is not known, or has to be taken back as it was begun.
  bool is_half_done() const { return record_.open() || !record_.unreadable().empty(); }
  // From now on nothing begins: who asks for something waits. See Workshop::at_rest.
  void pause() { queue_.pause(); }
  void resume();
  // It is to stay paused: why, for people who wait for it.
  void wait(const std::string& why);

  // These two only while nothing is under way.

  // From now on there is something else of it, as `state` says. Returns false, and nothing has
  // changed, if the disk does not take it.
  bool take(const ServiceState& state);
  // It goes on under another name: who waits is served by that.
  void rename(const std::string& name);

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

  // Only of one that has an upstream.
  Situation situation() const;

 private:
  // Holding it keeps the next task waiting.
  using Ticket = TaskQueue::Ticket;

  // service.cc: how it comes and goes
  void prepare(Preparation::Prepared prepared);
  void prepare_and_reconcile(const Ticket& ticket);
  bool recall();
  Lack unreadable() const;
  void drop_empty_hold();
  void take_away(const Ticket& ticket);
  void adopt_wanted_config();
  void settled();
  void arm_thaw();

  // following.cc: what it asks its upstream for, and what it makes of the answers
  Wish wish() const;
  void on_tip(const RoundResult& round, const WishInWork* work);
  void ask_again();
  void follow(const WishResult& content);
  void try_again();
  void ask(FetchMode mode, Wish wanted, std::function<void(const WishInWork&)> got,
           std::function<void(const ChangeResult&)> failed);
  void note_tip(const WishInWork& work);
  Change& new_change();
  void change(const WishResult& content, const ChangeOrder& order,
              std::function<void(const ChangeResult&)> done);

  // reconciling.cc: how what is deployed is brought in line with the configuration, and with what
  // should be on the machine, without asking the upstream
  void reconcile(const Ticket& ticket, const Callback& then);
  void reconcile_soon();
  void reconcile_unless_retrying();
  bool is_configured() const;
  bool as_it_should_be() const;
  bool can_be_deployed_anew() const;
  void put_back(const Ticket& ticket, const Callback& then);
  void tell_of_restore(const Callback& then);
  void deploy_anew(const Ticket& ticket, const Callback& then);

  // calls.cc: how people are served
  struct Call {
    std::string by;
    Answered answered;
    Ticket ticket;
    std::string from;  // what was deployed when it was its turn
  };
  using Work = std::function<void(const Call&)>;
  void take_call(const std::string& by, Answered answered, Work work);
  void reply(const Call& call, const ChangeResult& result) const;

  // holding.cc: freeze and thaw
  void thaw_if_due();
  void unfreeze(const std::string& by, const std::string& reason);
  void note(const std::string& verb, const std::string& by, const std::string& reason,
            const std::string& message);

  // forward.cc
  void go_forward(const Call& call);
  void put_back_at_least(const Call& call, const ChangeResult& failed);

  // rollback.cc
  // What was found out on the way back.
  struct Older {
    std::string than;                  // a commit: what is before it comes next
    std::vector<std::string> refused;  // commits that cannot be deployed
    std::string why = {};              // the first of them cannot

    Older before(const std::string& commit) const { return {commit, refused, why}; }
    Older passing_over(const ChangeResult& refusal) const;
  };
  void go_to_revision(const Call& call, const std::string& revision);
  void go_to_older(const Call& call, const Older& older);
  void reply_without_older(const Call& call, const Older& older, ChangeResult result);
  void go_back(const Call& call, const WishResult& content, const std::string& revision,
               const std::string& note);
  // Throws Error if it is none.
  void want_revision(Wish& wish, const std::string& typed) const;
  void make_plan(const Call& call, const std::string& revision);
  Dict plan_of(const WishInWork& work) const;

  Loop& loop_;
  Workshop& workshop_;
  ServiceConfig config_;
  Record record_;
  std::shared_ptr<Upstream> upstream_;
  ServiceConfig wanted_config_;
  std::shared_ptr<Upstream> wanted_upstream_;

  Activity activity_;
  Preparation preparation_;
  Upkeep upkeep_;
  std::unique_ptr<Change> change_;
  TaskQueue queue_;
  Trouble trouble_;
  bool leaving_ = false;
  bool removal_called_off_ = false;
  Callback removed_;
  bool even_if_unmoved_ =
      true;         // nothing was seen of the branch yet, or something went wrong since
  WishResult tip_;  // what the branch has for it, as last seen; no commit: not seen yet
  bool reconciles_soon_ = false;  // that is in the queue
  Source thaw_timer_;
  Callback settled_;
};

}  // namespace overlayd
