// Forward, freeze, thaw, rollback and plan.
#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "daemon/revision.h"
#include "daemon/service.h"

namespace overlayd {

Value Service::answer(const ChangeResult& result, const std::string& from) const {
  return Dict{{"name", config_.name},
              {"outcome", std::string(name_of(result.outcome))},
              {"from", from.empty() ? state_.deployed.id : from},
              {"to", state_.deployed.id},
              {"subject", printable(state_.deployed.subject)},
              {"state", state_name()},
              {"message", printable(result.message)},
              {"hint", printable(result.hint)}};
}

void Service::forward(const std::string& by, Answered answered) {
  enqueue([self = shared_from_this(), by, answered = std::move(answered)](const Callback& over) {
    self->prepare([self, by, answered, over](const std::string& error) {
      if (error.empty()) return self->go_forward(by, answered, over);
      answered(self->answer({.outcome = Outcome::failed, .message = error, .hint = ""}));
      over();
    });
  });
}

void Service::forward_unless_held(const std::string& by, Answered answered) {
  if (!held()) return forward(by, std::move(answered));
  answered(answer({.outcome = Outcome::skipped,
                   .message = "is " + state_name(),
                   .hint = "overlayctl forward " + config_.name}));
}

void Service::go_forward(const std::string& by, const Answered& answered, const Callback& over) {
  const std::string from = state_.deployed.id;
  ask(
      FetchMode::always, wish(),
      [self = shared_from_this(), by, answered, over, from](const WishInWork& work) {
        const ChangeOrder order{
            .verb = "forward", .by = by, .reason = "", .act_anyway = !self->state_.failure.empty()};
        self->change(work.result, order, [self, by, answered, over, from](ChangeResult result) {
          if (result.in_place && self->held()) {
            self->state_.frozen.reset();
            self->state_.pinned.reset();
            self->arm_thaw();
            if (result.outcome == Outcome::unchanged) {
              result.outcome = Outcome::done;
              result.message = "follows branch " + self->config_.branch + " again";
              self->note("forward", by, result.message);
            } else {
              self->save();
            }
          }
          answered(self->answer(result, from));
          over();
        });
      },
      [self = shared_from_this(), answered, over](const ChangeResult& result) {
        answered(self->answer(result));
        over();
      });
}

void Service::freeze(const std::string& by, const std::string& reason, uint64_t seconds,
                     Answered answered) {
  enqueue([self = shared_from_this(), by, reason, seconds,
           answered = std::move(answered)](const Callback& over) {
    if (self->state_.deployed.id.empty()) {
      answered(self->answer({.outcome = Outcome::refused,
                             .message = "nothing is deployed yet that could be frozen",
                             .hint = "overlayctl status " + self->config_.name}));
      return over();
    }
    const bool already = self->state_.frozen.has_value();
    const uint64_t present = now();
    self->state_.frozen = Hold{.by = by,
                               .reason = reason,
                               .since = present,
                               .until = seconds == 0 ? 0 : present + seconds};
    self->arm_thaw();
    self->note("freeze", by, reason);
    answered(
        self->answer({.outcome = Outcome::done,
                      .message = already ? "was frozen already; reason and end are new now" : "",
                      .hint = ""}));
    over();
  });
}

void Service::thaw(const std::string& by, Answered answered) {
  enqueue([self = shared_from_this(), by, answered = std::move(answered)](const Callback& over) {
    ChangeResult result{.outcome = Outcome::done, .message = "", .hint = ""};
    if (self->state_.frozen) {
      self->state_.frozen.reset();
      self->arm_thaw();
      self->note("thaw", by, "");
      self->look_again();
      if (self->state_.pinned)
        result.message = "still pinned: overlayctl forward " + self->config_.name + " ends that";
    } else if (self->state_.pinned) {
      result = {.outcome = Outcome::refused,
                .message = "is pinned by a rollback, not frozen",
                .hint = "overlayctl forward " + self->config_.name};
    } else {
      result = {.outcome = Outcome::unchanged, .message = "was not frozen", .hint = ""};
    }
    answered(self->answer(result));
    over();
  });
}

void Service::note(const std::string& verb, const std::string& by, const std::string& reason) {
  add_to_log(state_, {.at = now(),
                      .verb = verb,
                      .by = by,
                      .reason = reason,
                      .from = state_.deployed.id,
                      .commit = state_.deployed,
                      .outcome = "done",
                      .message = ""});
  save();
}

void Service::rollback(const std::string& by, const std::string& revision, Answered answered) {
  enqueue([self = shared_from_this(), by, revision,
           answered = std::move(answered)](const Callback& over) {
    if (!self->state_.deployed.id.empty() && self->ownership_)
      return self->go_back(by, revision, answered, over);
    answered(self->answer({.outcome = Outcome::refused,
                           .message = "nothing is deployed yet that could be rolled back",
                           .hint = "overlayctl status " + self->config_.name}));
    over();
  });
}

void Service::go_back(const std::string& by, const std::string& revision, const Answered& answered,
                      const Callback& over) {
  const std::string from = state_.deployed.id;
  Wish wanted = wish();
  try {
    if (revision.empty())
      wanted.older_than = from;
    else
      wanted.revision = seen_from_deployed(revision, deployed_commits(state_));
  } catch (const Error& error) {
    answered(answer({.outcome = Outcome::refused, .message = error.what(), .hint = ""}));
    return over();
  }
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), by, revision, answered, over, from](const WishInWork& work) {
        const std::string reason = revision.empty() ? "" : "to " + revision;
        self->change(work.result, {.verb = "rollback", .by = by, .reason = reason},
                     [self, by, reason, answered, over, from](const ChangeResult& result) {
                       if (result.in_place) self->pin(by, reason);
                       answered(self->answer(result, from));
                       over();
                     });
      },
      [self = shared_from_this(), answered, over](const ChangeResult& result) {
        answered(self->answer(result));
        over();
      });
}

void Service::pin(const std::string& by, const std::string& reason) {
  state_.pinned = Hold{.by = by, .reason = reason, .since = now(), .until = 0};
  state_.frozen.reset();
  arm_thaw();
  save();
}

void Service::plan(const std::string& revision, Answered answered) {
  enqueue(
      [self = shared_from_this(), revision, answered = std::move(answered)](const Callback& over) {
        const auto fail = [self, answered, over](const ChangeResult& result) {
          answered(Dict{{"name", self->config_.name},
                        {"from", self->state_.deployed.id},
                        {"outcome", std::string(name_of(result.outcome))},
                        {"message", printable(result.message)}});
          over();
        };
        if (!self->ownership_)
          return fail({.outcome = Outcome::failed, .message = self->problem_, .hint = ""});
        Wish wanted = self->wish();
        wanted.write = false;
        wanted.compare_with = self->state_.deployed.id;
        try {
          if (!revision.empty() && self->state_.deployed.id.empty())
            throw Error("nothing is deployed yet");
          if (!revision.empty())
            wanted.revision = seen_from_deployed(revision, deployed_commits(self->state_));
        } catch (const Error& error) {
          return fail({.outcome = Outcome::refused, .message = error.what(), .hint = ""});
        }
        self->ask(
            revision.empty() ? FetchMode::if_moved : FetchMode::nothing, wanted,
            [self, answered, over](const WishInWork& work) {
              answered(self->plan_of(work));
              over();
            },
            fail);
      });
}

}  // namespace overlayd
