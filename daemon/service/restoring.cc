// How a service is put back as it should be, without asking its upstream.
#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "daemon/service/restore.h"
#include "daemon/service/service.h"
#include "daemon/steps/target.h"

namespace overlayd {
namespace {

// What goes away again sooner than this, and more often in a row, is taken away by something that
// goes on doing so: not by who unmounts it twice, or by a package that replaces two files.
constexpr uint64_t calm_seconds = 10;
constexpr unsigned most_in_a_row = 3;

}  // namespace

// What is deployed, on this machine and by this configuration.
bool Service::as_it_should_be() const {
  return state().configured == fingerprint(config_) && is_in_place();
}

bool Service::is_in_place() const {
  const auto& steps = state().steps;
  return std::all_of(steps.begin(), steps.end(),
                     [this](const Step& step) { return holds(step, workshop_.trees); });
}

// Whether the mirror can be asked about what is deployed.
bool Service::has_history() const { return !state().deployed.id.empty() && can_be_deployed_anew(); }

// From the mirror, without asking the upstream.
bool Service::can_be_deployed_anew() const {
  return !known_commit(state()).id.empty() && comes_from(state(), config_.upstream, config_.branch);
}

std::string Service::came_from() const {
  return fmt::format("branch {} of {}", state().branch, state().upstream);
}

// If it is another upstream or branch now, the next round sees to it. Does not ask for one: who
// finds that something is to be reconciled at each round would go round for ever.
void Service::reconcile(const Ticket& ticket, const Callback& then) {
  put_back(ticket, [self = shared_from_this(), ticket, then] {
    const bool configured = self->state().configured == fingerprint(self->config_);
    // what was put back may be away again by now: that is for the next look
    const bool in_place = self->missing_for_.empty() || self->is_in_place();
    if ((configured && in_place) || !self->can_be_deployed_anew()) return then();
    self->deploy_anew(ticket, then);
  });
}

// From what lies on the disk: neither the upstream nor its mirror is needed.
void Service::put_back(const Ticket& ticket, const Callback& then) {
  if (is_in_place()) return then();
  put_backs_ = now() < put_back_at_ + calm_seconds ? put_backs_ + 1 : 1;
  put_back_at_ = now();
  Memory memory{{config_.name, {.state = state(), .open = record_.open(), .unreadable = ""}}};
  const Restored restored =
      overlayd::restore(workshop_.store, workshop_.trees, workshop_.inventory, memory);
  record_.recall(std::move(memory[config_.name]));
  missing_for_ = restored.errors.empty() ? "" : restored.errors.begin()->second;
  if (!missing_for_.empty()) {
    if (has_history()) return then();  // a change says best what stands in the way
    trouble_.set(missing_for_);
    trouble_.retry_later();
    return then();
  }
  if (put_backs_ > most_in_a_row) {
    trouble_.set(
        "what is in place was taken away again and again, right after it was put back",
        "find out by whom, and what its unit does when it is told: journalctl -u " + config_.unit);
    trouble_.retry_later();
    put_back_at_ = trouble_.retry_at();  // nobody looks before: then it counts as the next in a row
  }
  tell_of_restore([self = shared_from_this(), ticket, then] {
    self->put_back_at_ = std::max(self->put_back_at_, now());  // a reload may take its time
    then();
  });
}

void Service::tell_of_restore(const Callback& then) {
  new_change().tell_unit({.verb = "restore", .by = on_its_own, .reason = ""},
                         [then](const ChangeResult&) { then(); });
}

void Service::deploy_anew(const Ticket& ticket, const Callback& then) {
  const bool same_configuration = state().configured == fingerprint(config_);
  const ChangeOrder order{.verb = same_configuration ? "restore" : "configuration",
                          .by = on_its_own,
                          .reason = "",
                          // it may have been told in a way that it does not know
                          .act_anyway = !same_configuration && !state().failure.empty()};
  Wish wanted = wish();
  wanted.revision = known_commit(state()).id;
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), order, ticket, then](const WishInWork& work) {
        self->change(work.result, order, [self, ticket, then](const ChangeResult& result) {
          if (!result.in_place) self->trouble_.retry_later();
          then();
        });
      },
      [self = shared_from_this(), ticket, then](const ChangeResult& result) {
        self->trouble_.set(result.message, result.hint);
        self->trouble_.retry_later();
        then();
      });
}

void Service::look_after() {
  if (trouble_.retry_at() == 0) look_after_soon();  // else it is tried again anyway
}

void Service::look_after_soon() {
  if (std::exchange(looks_after_, true)) return;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    self->looks_after_ = false;
    if (!self->leaving_ && self->prepared_) self->reconcile(ticket, [] {});
  });
}

void Service::disturbed() {
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (!self->leaving_ && self->prepared_) self->reconcile(ticket, [self] { self->look_again(); });
  });
}

void Service::look_after_files() {
  const bool in_vain = !missing_for_.empty() || put_backs_ > most_in_a_row;
  if (!is_in_place()) return in_vain ? look_after() : look_after_soon();
  if (missing_for_.empty()) return;
  missing_for_.clear();  // whatever stood in the way has gone
  trouble_.clear();
  try_again();
}

}  // namespace overlayd
