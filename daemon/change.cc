#include "daemon/change.h"

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/apply.h"
#include "daemon/checkout.h"

namespace overlayd {
namespace {

struct ActionVerb {
  Action action;
  UnitVerb verb;
  UnitVerb if_running;  // the gentlest that has the same effect, when overlays are taken away
};
constexpr std::array<ActionVerb, 6> action_verbs{{
    {Action::reload, UnitVerb::reload, UnitVerb::try_reload_or_restart},
    {Action::restart, UnitVerb::restart, UnitVerb::try_restart},
    {Action::reload_or_restart, UnitVerb::reload_or_restart, UnitVerb::try_reload_or_restart},
    {Action::try_restart, UnitVerb::try_restart, UnitVerb::try_restart},
    {Action::try_reload_or_restart, UnitVerb::try_reload_or_restart,
     UnitVerb::try_reload_or_restart},
    {Action::start, UnitVerb::start, UnitVerb::try_restart},
}};

std::string short_id(const std::string& commit) {
  return commit.empty() ? "nothing" : commit.substr(0, 8);
}

const Op* find_act(const Plan& plan) {
  const auto found =
      std::find_if(plan.begin(), plan.end(), [](const Op& op) { return op.kind == OpKind::act; });
  return found == plan.end() ? nullptr : &*found;
}

Plan without_act(const Plan& plan) {
  Plan result;
  std::copy_if(plan.begin(), plan.end(), std::back_inserter(result),
               [](const Op& op) { return op.kind != OpKind::act; });
  return result;
}

// What somebody has unmounted or removed meanwhile is to be made again.
Steps in_effect(Steps steps, const TreeStore& trees) {
  std::erase_if(steps, [&](const Step& step) { return !holds(step, trees); });
  return steps;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  constexpr std::array<std::string_view, 5> names{"done", "unchanged", "skipped", "failed",
                                                  "refused"};
  return names.at(static_cast<size_t>(outcome));
}

Proposal propose(const Workshop& workshop, const ServiceConfig& config, const ServiceState& state,
                 const WishResult& content, bool act_anyway) {
  Target target{.service = config, .commit = content.commit.id, .overlays = {}};
  for (const auto& link : content.links)
    target.overlays.push_back({.kind = link.kind, .tree = link.tree});
  Proposal proposal;
  proposal.steps = make_steps(target, workshop.inventory.facts());
  proposal.plan = diff(in_effect(state.steps, workshop.trees), proposal.steps);
  add_action(proposal.plan, config, act_anyway);
  return proposal;
}

std::optional<UnitVerb> unit_verb(const std::string& action, bool gently) {
  const auto named = action_named(action);
  for (const auto& candidate : action_verbs)
    if (candidate.action == named) return gently ? candidate.if_running : candidate.verb;
  return std::nullopt;
}

CheckoutLinks tree_paths(const std::map<std::string, std::string>& links, const TreeStore& trees) {
  CheckoutLinks paths;
  for (const auto& [link, tree] : links) paths[link] = trees.path(tree);
  return paths;
}

Change::Change(Workshop& workshop, const ServiceConfig& config, ServiceState& state)
    : workshop_(workshop), config_(config), state_(state) {}

void Change::run(const WishResult& content, const ChangeOrder& order, Done done) {
  order_ = order;
  done_ = std::move(done);
  commit_ = content.commit;
  from_ = state_.deployed.id;
  if (from_.empty()) order_.verb = "install";
  Proposal proposal;
  try {
    proposal = propose(workshop_, config_, state_, content, order.act_anyway);
    for (size_t i = 0; i < config_.overlays.size(); i++)
      proposal.links[config_.overlays[i].link] = content.links[i].tree;
    make_checkout(config_.checkout, commit_.id, tree_paths(proposal.links, workshop_.trees));
    publish(proposal);
  } catch (const Error& error) {
    record_log("failed", error.what());
    return finish({.outcome = Outcome::failed, .message = error.what(), .hint = ""});
  }
  const Op* action = find_act(proposal.plan);
  if (action != nullptr) return act(*action);
  const bool changed = changes_content(proposal.plan);
  if (changed) record_log("done", "");
  finish({.outcome = changed ? Outcome::done : Outcome::unchanged,
          .message = "",
          .hint = "",
          .in_place = true});
}

// A plan that only moves the recorded commit needs no journal: the old and the new state differ in
// nothing that anybody reads.
void Change::publish(const Proposal& proposal) {
  const Plan plan = without_act(proposal.plan);
  const bool content = changes_content(plan);
  Staged staged(plan, workshop_.inventory.machine());
  if (content) workshop_.store.begin(config_.name, plan);
  try {
    staged.publish();
  } catch (...) {
    workshop_.store.finish(config_.name);
    throw;
  }
  state_.steps = proposal.steps;
  state_.links = proposal.links;
  state_.deployed = commit_;
  state_.upstream = config_.upstream;
  state_.branch = config_.branch;
  state_.configured = fingerprint(config_);
  if (content) state_.deployed_at = now();
  workshop_.inventory.set(config_.name, state_.steps);
  workshop_.store.save(config_.name, state_, content ? Durability::now : Durability::lazy);
  workshop_.store.finish(config_.name);
}

void Change::act(const Op& op) {
  const bool removing = state_.steps.empty();
  const auto verb = unit_verb(op.step.value, removing);
  if (!verb) return acted({.ok = true, .text = ""});
  workshop_.units.act(op.step.subject, *verb,
                      [this](const UnitOutcome& outcome) { acted(outcome); });
}

void Change::acted(const UnitOutcome& outcome) {
  state_.failure = outcome.text;
  state_.failed_at = outcome.ok ? 0 : now();
  record_log(outcome.ok ? "done" : "failed", outcome.text);
  if (outcome.ok)
    return finish({.outcome = Outcome::done, .message = "", .hint = "", .in_place = true});
  finish(
      {.outcome = Outcome::failed,
       .message = fmt::format("the files of {} are in place, but: {}", commit_.id.substr(0, 8),
                              outcome.text),
       .hint = fmt::format("journalctl -u {}; overlayctl rollback {}", config_.unit, config_.name),
       .in_place = true});
}

void Change::remove(const ChangeOrder& order, Done done) {
  order_ = order;
  done_ = std::move(done);
  from_ = state_.deployed.id;
  Plan plan = diff(state_.steps, {});
  const auto unit = std::find_if(state_.steps.begin(), state_.steps.end(),
                                 [](const Step& step) { return step.kind == StepKind::unit; });
  const Op action{
      .kind = OpKind::act, .step = unit == state_.steps.end() ? Step{} : *unit, .before = {}};
  try {
    publish({.steps = {}, .plan = plan, .links = {}});
  } catch (const Error& error) {
    return finish({.outcome = Outcome::failed, .message = error.what(), .hint = ""});
  }
  act(action);
}

void Change::record_log(const std::string& outcome, const std::string& message) {
  add_to_log(state_, {.at = now(),
                      .verb = order_.verb,
                      .by = order_.by,
                      .reason = order_.reason,
                      .from = from_,
                      .commit = commit_,
                      .outcome = outcome,
                      .message = message});
  try {
    workshop_.store.save(config_.name, state_, Durability::lazy);
  } catch (const Error& error) {
    log_error("cannot save the state of {}: {}", config_.name, error.what());
  }
}

void Change::finish(const ChangeResult& result) {
  const bool failed = result.outcome == Outcome::failed;
  if (result.outcome != Outcome::unchanged)
    log_line(
        failed ? LOG_ERR : LOG_INFO,
        fmt::format("{}: {} from {} to {}{}{}", config_.name, order_.verb, short_id(from_),
                    short_id(commit_.id), failed ? " failed: " : "", printable(result.message)),
        {"OVERLAYD_SERVICE=" + config_.name, "OVERLAYD_COMMIT=" + commit_.id,
         "OVERLAYD_VERB=" + order_.verb});
  const Done done = std::move(done_);
  done(result);
}

}  // namespace overlayd
