// How somebody who asks something of a service is served, and answered.
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "daemon/service/status.h"

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

}  // namespace overlayd
