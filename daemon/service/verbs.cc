// Forward, freeze, thaw and rollback.
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "daemon/service/status.h"
#include "daemon/state/history.h"
#include "daemon/upstream/revision.h"

namespace overlayd {

// Nobody is served before it is known what there is of the service.
void Service::take_call(const std::string& by, Answered answered, Work work) {
  queue_.add([self = shared_from_this(), by, answered = std::move(answered),
              work = std::move(work)](const Ticket& ticket) {
    const bool known = self->recall();
    const Call call{by, answered, ticket, self->state().deployed.id};
    if (self->leaving_)
      return self->reply(call, {.outcome = Outcome::refused,
                                .message = "services.toml does not have it any more",
                                .hint = ""});
    if (known) return work(call);
    const Lack lack = self->unreadable();
    self->reply(call, {.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint});
  });
}

void Service::reply(const Call& call, const ChangeResult& result) const {
  const auto& deployed = state().deployed;
  Dict dict{{"name", config_.name},
            {"outcome", std::string(name_of(result.outcome))},
            {"from", call.from.empty() ? deployed.id : call.from},
            {"to", deployed.id},
            {"subject", printable(deployed.subject)},
            {"state", hold_name(state())},
            {"message", printable(result.message)},
            {"hint", printable(result.hint)}};
  add_hold(dict, state());
  const bool well = result.outcome == Outcome::done || result.outcome == Outcome::unchanged;
  if (well && !record_.error().empty()) {
    dict["outcome"] = std::string(name_of(Outcome::failed));
    dict["message"] = printable("it is done, but a restart would forget it: " + record_.error());
    dict["hint"] = advice_on_writing(record_.error_code(), workshop_.settings.state_directory);
  }
  call.answered(dict);
}

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

void Service::freeze(const std::string& by, const std::string& reason, uint64_t seconds,
                     Answered answered) {
  take_call(by, std::move(answered),
            [self = shared_from_this(), reason, seconds](const Call& call) {
              ServiceState& state = self->record_.state();
              if (state.deployed.id.empty())
                return self->reply(call, {.outcome = Outcome::refused,
                                          .message = "nothing is deployed yet that could be frozen",
                                          .hint = "overlayctl status " + self->config_.name});
              const std::string before = state.frozen ? "was " + hold_words(state) : "";
              const uint64_t present = now();
              state.frozen = Hold{.by = call.by,
                                  .reason = reason,
                                  .since = present,
                                  .until = seconds == 0 ? 0 : present + seconds,
                                  .revision = ""};
              self->arm_thaw();
              self->note("freeze", call.by, reason, end_words(*state.frozen));
              self->reply(call, {.outcome = Outcome::done, .message = before, .hint = ""});
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
  ask_again();
}

void Service::thaw(const std::string& by, Answered answered) {
  take_call(by, std::move(answered), [self = shared_from_this()](const Call& call) {
    ChangeResult result{.outcome = Outcome::done, .message = "", .hint = ""};
    if (self->state().frozen) {
      self->unfreeze(call.by);
      if (self->state().pinned)
        result.message = "still pinned: overlayctl forward " + self->config_.name + " ends that";
    } else if (self->state().pinned) {
      result = {.outcome = Outcome::refused,
                .message = "is pinned by a rollback, not frozen",
                .hint = "overlayctl forward " + self->config_.name};
    } else {
      result = {.outcome = Outcome::unchanged, .message = "was not frozen", .hint = ""};
    }
    self->reply(call, result);
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
