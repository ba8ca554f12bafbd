// Freeze and thaw: nothing but the state changes.
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/service/service.h"
#include "daemon/state/history.h"

namespace overlayd {

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
    if (frozen && frozen->until != 0 && frozen->until <= now())
      self->unfreeze(on_its_own, "its time was up");
  });
}

void Service::unfreeze(const std::string& by, const std::string& reason) {
  record_.state().frozen.reset();
  arm_thaw();
  note("thaw", by, reason, "");
  ask_again();
}

void Service::thaw(const std::string& by, Answered answered) {
  take_call(by, std::move(answered), [self = shared_from_this()](const Call& call) {
    ChangeResult result{.outcome = Outcome::done, .message = "", .hint = ""};
    if (self->state().frozen) {
      self->unfreeze(call.by, "");
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

}  // namespace overlayd
