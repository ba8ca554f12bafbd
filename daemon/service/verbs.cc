// Forward, freeze, thaw and rollback.
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "daemon/state/history.h"
#include "daemon/upstream/revision.h"

namespace overlayd {

Value Service::answer(const ChangeResult& result, const std::string& from) const {
  const auto& deployed = state().deployed;
  Dict dict{{"name", config_.name},
            {"outcome", std::string(name_of(result.outcome))},
            {"from", from.empty() ? deployed.id : from},
            {"to", deployed.id},
            {"subject", printable(deployed.subject)},
            {"state", hold_name(state())},
            {"message", printable(result.message)},
            {"hint", printable(result.hint)}};
  add_hold(dict);
  const bool well = result.outcome == Outcome::done || result.outcome == Outcome::unchanged;
  if (well && !record_.error().empty()) {
    dict["outcome"] = std::string(name_of(Outcome::failed));
    dict["message"] = printable("it is done, but a restart would forget it: " + record_.error());
    dict["hint"] = advice_on_writing(record_.error_code(), workshop_.settings.state_directory);
  }
  return dict;
}

bool Service::recall_or_answer(const Answered& answered) {
  if (recall()) return true;
  answered(
      answer({.outcome = Outcome::failed, .message = record_.unreadable(), .hint = recall_hint()}));
  return false;
}

void Service::forward(const std::string& by, IfHeld if_held, Answered answered) {
  queue_.add([self = shared_from_this(), by, if_held,
              answered = std::move(answered)](const Ticket& ticket) {
    if (!self->recall_or_answer(answered)) return;
    if (if_held == IfHeld::skip && self->held()) return answered(self->skipped());
    self->prepare([self, by, answered, ticket](const std::string& error, const std::string& hint) {
      if (error.empty()) return self->go_forward(by, answered, ticket);
      answered(self->answer({.outcome = Outcome::failed, .message = error, .hint = hint}));
    });
  });
}

Value Service::skipped() const {
  return answer({.outcome = Outcome::skipped,
                 .message = "is " + hold_words(state()),
                 .hint = fmt::format("to end that: overlayctl {} {}", hold_ends_with(state()),
                                     config_.name)});
}

void Service::go_forward(const std::string& by, const Answered& answered, const Ticket& ticket) {
  const std::string from = state().deployed.id;
  ask(
      FetchMode::always, wish(),
      [self = shared_from_this(), by, answered, ticket, from](const WishInWork& work) {
        const ChangeOrder order{.verb = "forward",
                                .by = by,
                                .reason = "",
                                .act_anyway = !self->state().failure.empty(),
                                .hold = ChangeOrder::Hold::ends};
        self->change(work.result, order,
                     [self, answered, ticket, from](const ChangeResult& result) {
                       answered(self->answer(result, from));
                     });
      },
      [self = shared_from_this(), answered, ticket](const ChangeResult& result) {
        self->put_back_at_least(result, answered, ticket);
      });
}

// Where the new content cannot be had, the old one has to be there.
void Service::put_back_at_least(const ChangeResult& failed, const Answered& answered,
                                const Ticket& ticket) {
  if (is_in_place()) return answered(answer(failed));
  put_back_at_ = 0;  // somebody knows of it
  put_back(ticket, [self = shared_from_this(), failed, answered] {
    ChangeResult both = failed;
    if (self->is_in_place())
      both.message = "what was not in place was put back, but: " + failed.message;
    else
      both.message += "; and what is not in place cannot be put back: " + self->missing_for_;
    answered(self->answer(both));
  });
}

void Service::freeze(const std::string& by, const std::string& reason, uint64_t seconds,
                     Answered answered) {
  queue_.add([self = shared_from_this(), by, reason, seconds,
              answered = std::move(answered)](const Ticket&) {
    if (!self->recall_or_answer(answered)) return;
    ServiceState& state = self->record_.state();
    if (state.deployed.id.empty())
      return answered(self->answer({.outcome = Outcome::refused,
                                    .message = "nothing is deployed yet that could be frozen",
                                    .hint = "overlayctl status " + self->config_.name}));
    const std::string before = state.frozen ? "was " + hold_words(state) : "";
    const uint64_t present = now();
    state.frozen = Hold{.by = by,
                        .reason = reason,
                        .since = present,
                        .until = seconds == 0 ? 0 : present + seconds,
                        .revision = ""};
    self->arm_thaw();
    self->note("freeze", by, reason, end_words(*state.frozen));
    answered(self->answer({.outcome = Outcome::done, .message = before, .hint = ""}));
  });
}

// Somebody may have frozen it anew while this waited.
void Service::thaw_if_due() {
  queue_.add([self = shared_from_this()](const Ticket&) {
    const auto& frozen = self->state().frozen;
    if (frozen && frozen->until != 0 && frozen->until <= now()) self->unfreeze(on_its_own);
  });
}

void Service::unfreeze(const std::string& by) {
  record_.state().frozen.reset();
  arm_thaw();
  note("thaw", by, "", "");
  look_again();
}

void Service::thaw(const std::string& by, Answered answered) {
  queue_.add([self = shared_from_this(), by, answered = std::move(answered)](const Ticket&) {
    if (!self->recall_or_answer(answered)) return;
    ChangeResult result{.outcome = Outcome::done, .message = "", .hint = ""};
    if (self->state().frozen) {
      self->unfreeze(by);
      if (self->state().pinned)
        result.message = "still pinned: overlayctl forward " + self->config_.name + " ends that";
    } else if (self->state().pinned) {
      result = {.outcome = Outcome::refused,
                .message = "is pinned by a rollback, not frozen",
                .hint = "overlayctl forward " + self->config_.name};
    } else {
      result = {.outcome = Outcome::unchanged, .message = "was not frozen", .hint = ""};
    }
    answered(self->answer(result));
  });
}

void Service::note(const std::string& verb, const std::string& by, const std::string& reason,
                   const std::string& message) {
  note_in_log(record_.state(), verb, by, reason, message);
  record_.save(Durability::now);
  log_line(LOG_INFO,
           fmt::format("{}: {} by {}{}{}{}{}", config_.name, verb, by, message.empty() ? "" : " ",
                       message, reason.empty() ? "" : ": ", printable(reason)),
           {"OVERLAYD_SERVICE=" + config_.name, "OVERLAYD_VERB=" + verb});
}

// Needs no package: what is to come back ran with those that are there.
void Service::rollback(const std::string& by, const std::string& revision, Answered answered) {
  queue_.add([self = shared_from_this(), by, revision,
              answered = std::move(answered)](const Ticket& ticket) {
    if (!self->recall_or_answer(answered)) return;
    const auto no = [&](Outcome outcome, const std::string& why, const std::string& hint) {
      answered(self->answer({.outcome = outcome, .message = why, .hint = hint}));
    };
    if (self->state().deployed.id.empty())
      return no(Outcome::refused, "nothing is deployed yet that could be rolled back",
                "overlayctl status " + self->config_.name);
    const std::string error = self->find_owner();
    if (!error.empty()) return no(Outcome::failed, error, self->owner_hint());
    if (revision.empty() && !self->has_history())
      return no(Outcome::refused,
                fmt::format("its commit came from {}, which it does not follow any more: what is "
                            "older than it is not known",
                            self->came_from()),
                fmt::format("overlayctl rollback {} {}~1, or another commit that {} has",
                            self->config_.name, self->config_.branch,
                            self->upstream_->config().url.redacted()));
    self->go_back(by, revision, answered, ticket);
  });
}

void Service::want_revision(Wish& wish, const std::string& typed) const {
  wish.revision =
      seen_from_deployed(typed, deployed_commits(state()), remote_branches + wish.branch);
  wish.typed = typed;
}

void Service::go_back(const std::string& by, const std::string& revision, const Answered& answered,
                      const Ticket& ticket) {
  const std::string from = state().deployed.id;
  Wish wanted = wish();
  try {
    if (revision.empty())
      wanted.older_than = from;
    else
      want_revision(wanted, revision);
  } catch (const Error& error) {
    return answered(answer({.outcome = Outcome::refused, .message = error.what(), .hint = ""}));
  }
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), by, revision, answered, ticket, from](const WishInWork& work) {
        const ChangeOrder order{.verb = "rollback",
                                .by = by,
                                .reason = "",
                                .revision = revision,
                                .hold = ChangeOrder::Hold::pins};
        self->change(work.result, order,
                     [self, answered, ticket, from](const ChangeResult& result) {
                       answered(self->answer(result, from));
                     });
      },
      [self = shared_from_this(), revision, answered, ticket](ChangeResult result) {
        if (revision.empty() && result.outcome == Outcome::refused)
          result.hint = advice_without_older(self->config_.name, self->state(), result.refused);
        else if (result.outcome == Outcome::refused && result.hint.empty())
          result.hint = "what it had before: overlayctl log " + self->config_.name;
        answered(self->answer(result));
      });
}

}  // namespace overlayd
