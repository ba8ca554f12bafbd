// One service: what it should be, what it is, and the changes in between, one at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "base/value.h"
#include "config/config.h"
#include "daemon/change.h"
#include "daemon/packages.h"
#include "daemon/upstream.h"

namespace overlayd {

class Service : public std::enable_shared_from_this<Service> {
 public:
  // Gets the result as docs/dbus.md describes it.
  using Answered = std::function<void(const Value&)>;

  // `upstream` must be the one that `config` names, or null for remove() only; `state` is what is
  // remembered, empty if nothing.
  Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
          ServiceState state, std::shared_ptr<Upstream> upstream);

  const ServiceConfig& config() const { return config_; }
  const ServiceState& state() const { return state_; }
  // Null for a service that is only there to be removed.
  const Upstream* upstream() const { return upstream_.get(); }

  // Makes the service ready to take part in rounds: packages, accounts, and what changed in its
  // configuration. `settled` runs once, when its first round has ended or it could not take part.
  void start(Callback settled);
  // Has another configuration from now on.
  void reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream);

  // What it wants to know in every round; none while it is not ready.
  std::optional<Request> standing_request();

  void forward(const std::string& by, Answered answered);
  // Leaves a frozen or pinned service alone.
  void forward_unless_held(const std::string& by, Answered answered);
  void freeze(const std::string& by, const std::string& reason, uint64_t seconds,
              Answered answered);
  void thaw(const std::string& by, Answered answered);
  void rollback(const std::string& by, const std::string& revision, Answered answered);
  void plan(const std::string& revision, Answered answered);
  // Takes everything of it away from the machine; `removed` is told whether that worked.
  void remove(std::function<void(bool)> removed);

  Dict status() const;
  List log() const;

 private:
  // A task gets a callback that it must call when it is over.
  using Task = std::function<void(Callback over)>;
  void enqueue(Task task);
  void run_next();

  void prepare(const std::function<void(const std::string& error)>& prepared);
  void reconcile(const Callback& over);
  void on_tip(const RoundResult& round, const WishInWork* work);
  void look_again();
  void follow(const WishResult& content);
  void ask(FetchMode mode, Wish wanted, std::function<void(const WishInWork&)> got,
           std::function<void(const ChangeResult&)> failed);
  void change(const WishResult& content, const ChangeOrder& order,
              std::function<void(const ChangeResult&)> done);
  void go_forward(const std::string& by, const Answered& answered, const Callback& over);
  void go_back(const std::string& by, const std::string& revision, const Answered& answered,
               const Callback& over);
  void pin(const std::string& by, const std::string& reason);
  void note(const std::string& verb, const std::string& by, const std::string& reason);
  Value plan_of(const WishInWork& work) const;

  Wish wish() const;
  bool held() const { return state_.frozen || state_.pinned; }
  bool in_sync() const;
  void save();
  void set_problem(const std::string& problem, const std::string& hint = "");
  void retry_later();
  void settled();
  void arm_thaw();
  void publish_metrics();
  std::string state_name() const;
  Value answer(const ChangeResult& result, const std::string& from = "") const;
  List overlay_list() const;
  bool is_in_place(const Step& shown) const;
  void add_hold(Dict& dict) const;
  void add_condition(Dict& dict) const;

  Loop& loop_;
  Workshop& workshop_;
  Packages& packages_;
  ServiceConfig config_;
  ServiceState state_;
  std::shared_ptr<Upstream> upstream_;

  std::optional<Ownership> ownership_;  // known once packages and accounts are there
  std::unique_ptr<Change> change_;
  std::deque<Task> tasks_;
  bool busy_ = false;
  unsigned generation_ = 0;  // of config_
  bool look_anyway_ = true;  // nothing was seen of the upstream yet, or the last try failed
  WishResult tip_;           // what the branch has for it, as last seen; no commit: not seen yet
  std::string problem_;
  std::string hint_;
  uint64_t problem_at_ = 0;
  unsigned retries_ = 0;
  uint64_t retry_at_ = 0;
  Source retry_;
  Source thaw_timer_;
  Callback settled_;
};

}  // namespace overlayd
