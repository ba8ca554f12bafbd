// How a service is put back as it should be, without asking its upstream.
#include <utility>

#include "base/clock.h"
#include "daemon/service/service.h"
#include "daemon/steps/target.h"

namespace overlayd {

bool Service::is_configured() const { return state().configured == fingerprint(config_); }

// What is deployed, on this machine and by this configuration.
bool Service::as_it_should_be() const { return is_configured() && upkeep_.all_in_place(); }

// From the mirror, without asking the upstream.
bool Service::can_be_deployed_anew() const {
  return !known_commit(state()).id.empty() && comes_from(state(), config_.upstream, config_.branch);
}

// If it is another upstream or branch now, the next round sees to it. Does not ask for one: who
// finds that something is to be reconciled at each round would go round for ever.
void Service::reconcile(const Ticket& ticket, const Callback& then) {
  put_back(ticket, [self = shared_from_this(), ticket, then] {
    // what was put back may be away again by now: that is for the next look
    const Upkeep& upkeep = self->upkeep_;
    const bool in_place = upkeep.missing_for().empty() || upkeep.all_in_place();
    if ((self->is_configured() && in_place) || !self->preparation_.done() ||
        !self->can_be_deployed_anew())
      return then();
    self->deploy_anew(ticket, then);
  });
}

// From what lies on the disk: neither the upstream nor its mirror is needed.
void Service::put_back(const Ticket& ticket, const Callback& then) {
  const auto outcome = upkeep_.put_back();
  if (outcome == Upkeep::Outcome::nothing_missing) return then();
  if (outcome == Upkeep::Outcome::missing) {
    // a change says best what stands in the way
    const bool is_tried = !state().deployed.id.empty() && can_be_deployed_anew();
    if (!is_tried) trouble_.set_and_retry(upkeep_.missing_for());
    return then();
  }
  if (outcome == Upkeep::Outcome::back_again) {
    trouble_.set_and_retry(
        "what is in place was taken away again and again, right after it was put back",
        "find out by whom, and what its unit does when it is told: journalctl -u " + config_.unit);
    upkeep_.watch_until(trouble_.retry_at());  // nobody looks before
  }
  tell_of_restore([self = shared_from_this(), ticket, then] {
    self->upkeep_.watch_until(now());  // a reload may take its time
    then();
  });
}

void Service::tell_of_restore(const Callback& then) {
  new_change().tell_unit({.verb = "restore", .by = on_its_own, .reason = ""},
                         [then](const ChangeResult&) { then(); });
}

void Service::deploy_anew(const Ticket& ticket, const Callback& then) {
  const ChangeOrder order{.verb = is_configured() ? "restore" : "configuration",
                          .by = on_its_own,
                          .reason = "",
                          // it may have been told in a way that it does not know
                          .act_anyway = !is_configured() && !state().failure.empty()};
  Wish wanted = wish();
  wanted.revision = known_commit(state()).id;
  ask(
      FetchMode::if_needed, wanted,
      [self = shared_from_this(), order, ticket, then](const WishInWork& work) {
        self->change(work.result, order, [self, ticket, then](const ChangeResult& result) {
          if (!result.in_place) self->trouble_.retry_later();
          then();
        });
      },
      [self = shared_from_this(), ticket, then](const ChangeResult& result) {
        self->trouble_.set_and_retry(result.message, result.hint);
        then();
      });
}

// What is to be tried again is looked after then anyway.
void Service::reconcile_unless_retrying() {
  if (trouble_.retry_at() == 0) reconcile_soon();
}

void Service::reconcile_soon() {
  if (std::exchange(reconciles_soon_, true)) return;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    self->reconciles_soon_ = false;
    if (!self->leaving_) self->reconcile(ticket, [] {});
  });
}

void Service::disturbed() {
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (!self->leaving_) self->reconcile(ticket, [self] { self->ask_again(); });
  });
}

void Service::mounts_changed() {
  if (!upkeep_.all_in_place())
    return upkeep_.in_vain() ? reconcile_unless_retrying() : reconcile_soon();
  if (upkeep_.missing_for().empty()) return;
  upkeep_.nothing_missing();
  trouble_.clear();
  try_again();
}

}  // namespace overlayd
