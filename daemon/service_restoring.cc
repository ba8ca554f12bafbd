// How a service is put back as it should be, without asking its upstream.
#include <algorithm>

#include "daemon/service.h"
#include "daemon/target.h"

namespace overlayd {

// What is deployed, on this machine and by this configuration.
bool Service::as_it_should_be() const {
  return state().configured == fingerprint(config_) && is_in_place();
}

bool Service::is_in_place() const {
  const auto& steps = state().steps;
  return std::all_of(steps.begin(), steps.end(),
                     [this](const Step& step) { return holds(step, workshop_.trees); });
}

// If it is another upstream or branch now, the next round sees to it.
void Service::reconcile(const Ticket& ticket) {
  if (as_it_should_be() || !has_history()) return upstream_->poll();
  restore(ticket, [self = shared_from_this()] { self->upstream_->poll(); });
}

// Whether the mirror can be asked about what is deployed.
bool Service::has_history() const {
  return !state().deployed.id.empty() && state().upstream == config_.upstream &&
         state().branch == config_.branch;
}

void Service::restore(const Ticket& ticket, const Callback& then) {
  const bool same_configuration = state().configured == fingerprint(config_);
  deploy_anew({.verb = same_configuration ? "restore" : "configuration",
               .by = on_its_own,
               .reason = "",
               // it may have been told in a way that it does not know
               .act_anyway = !same_configuration && !state().failure.empty()},
              [self = shared_from_this(), ticket, then](const ChangeResult& result) {
                if (!result.in_place) self->trouble_.retry_later();
                then();
              });
}

void Service::deploy_anew(const ChangeOrder& order,
                          const std::function<void(const ChangeResult&)>& done) {
  Wish wanted = wish();
  wanted.revision = state().deployed.id;
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), order, done](const WishInWork& work) {
        self->change(work.result, order, done);
      },
      [self = shared_from_this(), done](const ChangeResult& result) {
        self->trouble_.set(result.message, result.hint);
        done(result);
      });
}

void Service::look_after() {
  if (trouble_.retry_at() != 0) return;  // that is when it is tried again
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (!self->leaving_ && self->prepared_) self->reconcile(ticket);
  });
}

// After a poll that failed. Does not ask for another one: that would not wait.
void Service::look_after_files() {
  if (is_in_place() || !has_history() || trouble_.retry_at() != 0) return;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    const bool can = !self->leaving_ && self->prepared_ && self->has_history();
    if (can && !self->is_in_place()) self->restore(ticket, [] {});
  });
}

// Where the new content cannot be had, the old one has to be there at least.
void Service::put_back(const std::string& by, const ChangeResult& not_asked,
                       const Answered& answered, const Ticket& ticket) {
  if (is_in_place() || !has_history()) return answered(answer(not_asked));
  deploy_anew({.verb = "restore", .by = by, .reason = ""},
              [self = shared_from_this(), not_asked, answered, ticket](const ChangeResult& result) {
                ChangeResult both = not_asked;
                both.message = (result.in_place ? "what was not in place was put back, but: "
                                                : result.message + "; and: ") +
                               not_asked.message;
                if (!result.in_place) self->trouble_.retry_later();
                answered(self->answer(both));
              });
}

}  // namespace overlayd
