#include "daemon/service/proposal.h"

#include <algorithm>
#include <array>

#include "daemon/steps/target.h"
#include "daemon/upstream/grounds.h"
#include "units/unit_files.h"

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

// What somebody has unmounted or removed meanwhile is to be made again. But an overlay that is to
// go has to be looked for: it may only be covered, or have been moved with the folder around it.
Steps in_effect(Steps steps, const Steps& wanted, const TreeStore& trees) {
  const auto is_wanted = [&](const Step& step) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Step& other) { return other.same_place(step); });
  };
  std::erase_if(steps, [&](const Step& step) {
    return !holds(step, trees) && (!is_mount(step) || is_wanted(step));
  });
  return steps;
}

// Whether there is a unit now that has not read what is in place.
bool has_another_unit(const Steps& before, const Steps& after) {
  return !unit_of(before).empty() && !unit_of(after).empty() && unit_of(before) != unit_of(after);
}

}  // namespace

Proposal propose(const Workshop& workshop, const ServiceConfig& config, const ServiceState& state,
                 const WishResult& content, bool act_anyway) {
  Target target{.service = config, .commit = content.commit.id, .overlays = {}};
  Proposal proposal;
  for (size_t i = 0; i < content.links.size(); i++) {
    const LinkResult& link = content.links[i];
    target.overlays.push_back({.kind = link.kind, .tree = link.tree});
    proposal.links[config.overlays.at(i).link] = link.tree;
  }
  std::vector<git::EntryKind> kinds;
  for (const auto& overlay : target.overlays) kinds.push_back(overlay.kind);
  check_others_grounds(config, kinds, workshop.inventory);
  proposal.steps = make_steps(target, workshop.inventory.facts(config.name));
  proposal.plan = diff(in_effect(state.steps, proposal.steps, workshop.trees), proposal.steps);
  add_action(proposal.plan, config, act_anyway || has_another_unit(state.steps, proposal.steps));
  return proposal;
}

std::string unit_of(const Steps& steps) {
  const auto unit = std::find_if(steps.begin(), steps.end(),
                                 [](const Step& step) { return step.kind == StepKind::unit; });
  return unit == steps.end() ? "" : unit->subject;
}

Plan plan_of_removal(const ServiceState& state) {
  Plan plan = diff(state.steps, {});
  for (const auto& step : state.steps)
    if (step.kind == StepKind::unit)
      plan.push_back({.kind = OpKind::act, .step = step, .before = {}});
  return plan;
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

bool touches_unit_files(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const Op& op) {
    const bool overlay =
        is_mount(op.step) || op.step.kind == StepKind::link || op.step.kind == StepKind::show;
    return overlay && may_hold_unit_files(op.step.subject);
  });
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

}  // namespace overlayd
