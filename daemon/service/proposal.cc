#include "daemon/service/proposal.h"

#include <algorithm>

#include "daemon/steps/action.h"
#include "daemon/steps/apply.h"
#include "daemon/steps/target.h"
#include "daemon/upstream/grounds.h"

namespace overlayd {
namespace {

// What somebody has unmounted or removed meanwhile is to be made again. But an overlay that is to
// go has to be looked for: it may only be covered, or have been moved with the folder around it.
Steps in_effect(Steps steps, const Steps& wanted, const TreeStore& trees) {
  const auto is_wanted = [&](const Step& step) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Step& other) { return other.same_place(step); });
  };
  std::erase_if(steps, [&](const Step& step) {
    return !is_in_effect(step, trees) && (!is_mount(step) || is_wanted(step));
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

}  // namespace overlayd
