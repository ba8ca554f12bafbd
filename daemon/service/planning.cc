// What a forward or a rollback would do, without doing it.
#include "base/error.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/proposal.h"
#include "daemon/service/service.h"

namespace overlayd {
namespace {

std::string file_path(const std::string& local, const std::string& below) {
  return below.empty() ? local : local + "/" + below;
}

}  // namespace

void Service::plan(const std::string& revision, Answered answered) {
  queue_.add([self = shared_from_this(), revision, answered = std::move(answered)](
                 const Ticket& ticket) { self->make_plan(revision, answered, ticket); });
}

void Service::make_plan(const std::string& revision, const Answered& answered,
                        const Ticket& ticket) {
  const auto fail = [self = shared_from_this(), answered, ticket](const ChangeResult& result) {
    answered(Dict{{"name", self->config_.name},
                  {"from", self->state().deployed.id},
                  {"to", ""},
                  {"subject", ""},
                  {"steps", List{}},
                  {"files", List{}},
                  {"more_files", 0},
                  {"outcome", std::string(name_of(result.outcome))},
                  {"message", printable(result.message)},
                  {"hint", printable(result.hint)}});
  };
  if (!recall())
    return fail(
        {.outcome = Outcome::failed, .message = record_.unreadable(), .hint = recall_hint()});
  std::string error = ownership_ ? "" : find_owner();
  if (!error.empty() && !config_.packages.empty())
    error += ": it may come with " + join(config_.packages, ", ");
  if (!error.empty())
    return fail({.outcome = Outcome::failed, .message = error, .hint = owner_hint()});
  Wish wanted = wish();
  wanted.write = false;
  wanted.compare_with = state().deployed.id;
  try {
    if (!revision.empty() && state().deployed.id.empty()) throw Error("nothing is deployed yet");
    if (!revision.empty()) want_revision(wanted, revision);
  } catch (const Error& refusal) {
    return fail({.outcome = Outcome::refused, .message = refusal.what(), .hint = ""});
  }
  ask(
      revision.empty() ? FetchMode::if_moved : FetchMode::nothing, wanted,
      [self = shared_from_this(), answered, ticket](const WishInWork& work) {
        answered(self->plan_of(work));
      },
      fail);
}

Value Service::plan_of(const WishInWork& work) const {
  Dict dict{{"name", config_.name},
            {"from", state().deployed.id},
            {"to", work.result.commit.id},
            {"subject", printable(work.result.commit.subject)},
            {"state", hold_name(state())}};
  add_hold(dict);
  List steps;
  List files;
  try {
    const Proposal proposal = propose(workshop_, config_, state(), work.result, false);
    for (const auto& op : proposal.plan) steps.emplace_back(printable(to_text(op)));
  } catch (const Error& error) {
    dict["outcome"] = "refused";
    dict["message"] = printable(error.what());
    dict["hint"] = printable(hint_of(error));
  }
  for (const auto& difference : work.differences)
    files.emplace_back(Dict{{"local", config_.overlays.at(difference.link).local},
                            {"status", std::string(1, difference.status)},
                            {"path", printable(file_path(config_.overlays.at(difference.link).local,
                                                         difference.path))}});
  dict["steps"] = std::move(steps);
  dict["files"] = std::move(files);
  dict["more_files"] = work.more_differences;
  return dict;
}

}  // namespace overlayd
