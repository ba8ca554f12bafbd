// Forward.
#include "daemon/service/service.h"

namespace overlayd {

void Service::forward(const std::string& by, IfHeld if_held, Answered answered) {
  take_call(by, std::move(answered), [self = shared_from_this(), if_held](const Call& call) {
    if (if_held == IfHeld::skip && is_held(self->state()))
      return self->reply(
          call, {.outcome = Outcome::skipped,
                 .message = "is " + hold_words(self->state()),
                 .hint = fmt::format("to end that: overlayctl {} {}", hold_ends_with(self->state()),
                                     self->config_.name)});
    self->prepare([self, call](const Lack& lack) {
      if (lack.error.empty()) return self->go_forward(call);
      self->put_back_at_least(
          call, {.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint});
    });
  });
}

void Service::go_forward(const Call& call) {
  ask(
      FetchMode::always, wish(),
      [self = shared_from_this(), call](const WishInWork& work) {
        const ChangeOrder order{.verb = "forward",
                                .by = call.by,
                                .reason = "",
                                .act_anyway = !self->state().failure.empty(),
                                .hold = ChangeOrder::Hold::ends};
        self->change(work.result, order,
                     [self, call](const ChangeResult& result) { self->reply(call, result); });
      },
      [self = shared_from_this(), call](const ChangeResult& result) {
        self->put_back_at_least(call, result);
      });
}

// Where the new content cannot be had, the old one has to be there.
void Service::put_back_at_least(const Call& call, const ChangeResult& failed) {
  if (upkeep_.all_in_place()) return reply(call, failed);
  upkeep_.forgive();  // somebody knows of it
  put_back(call.ticket, [self = shared_from_this(), call, failed] {
    ChangeResult both = failed;
    if (self->upkeep_.all_in_place())
      both.message = "what was not in place was put back, but: " + failed.message;
    else
      both.message +=
          "; and what is not in place cannot be put back: " + self->upkeep_.missing_for();
    self->reply(call, both);
  });
}

}  // namespace overlayd
