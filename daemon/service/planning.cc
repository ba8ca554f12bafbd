// What a forward or a rollback would do, without doing it.
#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/proposal.h"
#include "daemon/service/service.h"
#include "daemon/service/status.h"
#include "daemon/steps/action.h"
#include "daemon/steps/apply.h"
#include "daemon/steps/obstacle.h"

namespace overlayd {
namespace {

std::string file_path(const std::string& local, const std::string& below) {
  return below.empty() ? local : local + "/" + below;
}

// What forward would stumble over. Throws Error.
void try_out(const Plan& plan, const Workshop& workshop, const ServiceConfig& config) {
  for (const auto& op : plan) {
    const bool gives_way = std::any_of(plan.begin(), plan.end(), [&](const Op& other) {
      return other.kind == OpKind::undo && other.step.subject == op.step.subject;
    });
    const auto obstacle =
        op.kind == OpKind::make && !gives_way ? obstacle_to(op.step) : std::nullopt;
    if (obstacle)
      throw Advised(fmt::format("{}: {}", op.step.subject, obstacle->what),
                    obstacle->way_out + " && overlayctl forward " + config.name);
  }
  const Staged staged(without_action(plan), workshop.inventory.machine(config.name));
}

// Whether a package is missing only dpkg knows: one may have been removed since.
Plan with_missing_packages(const Plan& plan, const ServiceConfig& config) {
  Plan all;
  for (const auto& package : missing_packages(config.packages))
    all.push_back({.kind = OpKind::make,
                   .step = {.kind = StepKind::package,
                            .subject = package,
                            .value = "",
                            .origin = in_services_toml(config.origin)},
                   .before = {}});
  std::copy_if(plan.begin(), plan.end(), std::back_inserter(all),
               [](const Op& op) { return op.step.kind != StepKind::package; });
  return all;
}

// Without steps there is nothing to do.
Dict no_plan(const std::string& service, const std::string& deployed, const ChangeResult& why) {
  return {{"name", service},
          {"from", deployed},
          {"to", ""},
          {"subject", ""},
          {"steps", List{}},
          {"files", List{}},
          {"more_files", 0},
          {"outcome", std::string(name_of(why.outcome))},
          {"message", printable(why.message)},
          {"hint", printable(why.hint)}};
}

}  // namespace

void Service::plan(const std::string& revision, Answered answered) {
  queue_.add(
      [self = shared_from_this(), revision, answered = std::move(answered)](const Ticket& ticket) {
        const bool known = self->recall();
        const Call call{"", answered, ticket, self->state().deployed.id};
        if (known) return self->make_plan(call, revision);
        const Lack lack = self->unreadable();
        answered(no_plan(self->config_.name, call.from,
                         {.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint}));
      });
}

// A package that is missing is not installed for it, though the accounts may come with that. The
// content is brought into the store, where nobody sees it: whether it can be shown is known only
// then.
void Service::make_plan(const Call& call, const std::string& revision) {
  const auto fail = [self = shared_from_this(), call](const ChangeResult& why) {
    call.answered(no_plan(self->config_.name, call.from, why));
  };
  Lack lack = preparation_.ownership() ? Lack{} : preparation_.find_owner();
  if (!lack.error.empty() && !config_.packages.empty())
    lack.error += ": it may come with " + join(config_.packages, ", ");
  if (!lack.error.empty())
    return fail({.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint});
  Wish wanted = wish();
  wanted.compare_with = call.from;
  if (!revision.empty() && call.from.empty())
    return fail({.outcome = Outcome::refused, .message = "nothing is deployed yet", .hint = ""});
  const std::string other = revision.empty() ? "" : advice_on_revisions(config_.name);
  try {
    if (!revision.empty()) want_revision(wanted, revision);
  } catch (const Error& refusal) {
    return fail({.outcome = Outcome::refused, .message = refusal.what(), .hint = other});
  }
  ask(
      revision.empty() ? FetchMode::if_moved : FetchMode::if_needed, wanted,
      [self = shared_from_this(), call](const WishInWork& work) {
        call.answered(self->plan_of(work));
      },
      [fail, other](ChangeResult why) {
        if (why.outcome == Outcome::refused && why.hint.empty()) why.hint = other;
        fail(why);
      });
}

Dict Service::plan_of(const WishInWork& work) const {
  Dict dict{{"name", config_.name},
            {"from", state().deployed.id},
            {"to", work.result.commit.id},
            {"subject", printable(work.result.commit.subject)},
            {"state", hold_name(state())}};
  add_hold(dict, state());
  List steps;
  List files;
  try {
    const Proposal proposal = propose(workshop_, config_, state(), work.result, false);
    try_out(proposal.plan, workshop_, config_);
    for (const auto& op : with_missing_packages(proposal.plan, config_))
      steps.emplace_back(printable(to_text(op)));
  } catch (const Error& error) {
    dict["outcome"] = std::string(name_of(Outcome::refused));
    dict["message"] = printable(error.what());
    dict["hint"] = printable(hint_of(error));
  }
  for (const auto& difference : work.differences)
    files.emplace_back(Dict{
        {"local", config_.overlays.at(difference.overlay).local},
        {"status", std::string(1, difference.status)},
        {"path",
         printable(file_path(config_.overlays.at(difference.overlay).local, difference.path))}});
  dict["steps"] = std::move(steps);
  dict["files"] = std::move(files);
  dict["more_files"] = work.more_differences;
  return dict;
}

}  // namespace overlayd
