// Forward and rollback.
#include "base/error.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "daemon/state/history.h"
#include "daemon/upstream/revision.h"

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

// Needs no package: what is to come back ran with those that are there.
void Service::rollback(const std::string& by, const std::string& revision, Answered answered) {
  take_call(by, std::move(answered), [self = shared_from_this(), revision](const Call& call) {
    if (self->state().deployed.id.empty())
      return self->reply(call, {.outcome = Outcome::refused,
                                .message = "nothing is deployed yet that could be rolled back",
                                .hint = "overlayctl status " + self->config_.name});
    const Lack lack = self->preparation_.find_owner();
    if (!lack.error.empty())
      return self->reply(call,
                         {.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint});
    if (revision.empty() && !self->can_be_deployed_anew())
      return self->reply(
          call, {.outcome = Outcome::refused,
                 .message = fmt::format("its commit came from {}, which it does not follow any "
                                        "more: what is older than it is not known",
                                        came_from(self->state())),
                 .hint = fmt::format("overlayctl rollback {} {}~1, or another commit that {} has",
                                     self->config_.name, self->config_.branch,
                                     self->upstream_->config().url.redacted())});
    self->go_back(call, revision);
  });
}

void Service::want_revision(Wish& wish, const std::string& typed) const {
  wish.revision =
      seen_from_deployed(typed, deployed_commits(state()), remote_branches + wish.branch);
  wish.typed = typed;
}

void Service::go_back(const Call& call, const std::string& revision) {
  Wish wanted = wish();
  try {
    if (revision.empty())
      wanted.older_than = call.from;
    else
      want_revision(wanted, revision);
  } catch (const Error& error) {
    return reply(call, {.outcome = Outcome::refused, .message = error.what(), .hint = ""});
  }
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), call, revision](const WishInWork& work) {
        const ChangeOrder order{.verb = "rollback",
                                .by = call.by,
                                .reason = "",
                                .revision = revision,
                                .hold = ChangeOrder::Hold::pins};
        self->change(work.result, order,
                     [self, call](const ChangeResult& result) { self->reply(call, result); });
      },
      [self = shared_from_this(), call, revision](ChangeResult result) {
        const bool refused = result.outcome == Outcome::refused;
        if (revision.empty() && refused)
          result.hint =
              advice_without_older(self->config_.name, self->state(), result.refused_commit);
        else if (refused && result.hint.empty())
          result.hint = "what it had before: overlayctl log " + self->config_.name;
        self->reply(call, result);
      });
}

}  // namespace overlayd
