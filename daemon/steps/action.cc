#include "daemon/steps/action.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "units/unit_files.h"

namespace overlayd {
namespace {

// The overlays of which a plan changes the content. A link that leads to the same by another way is
// none of them.
std::set<std::string> changed_places(const Plan& plan) {
  std::set<std::string> places;
  for (const auto& op : plan)
    if (is_overlay(op.step) || (op.step.kind == StepKind::link && op.kind != OpKind::change))
      places.insert(op.step.subject);
  return places;
}

Action action_for(const ServiceConfig& service, const std::set<std::string>& places) {
  std::optional<Action> own;
  if (places.size() == 1)
    for (const auto& overlay : service.overlays)
      if (overlay.local == *places.begin()) own = overlay.action;
  return own.value_or(service.action);
}

}  // namespace

void add_action(Plan& plan, const ServiceConfig& service, bool always) {
  const auto places = changed_places(plan);
  if (places.empty() && !always) return;
  const Action action = action_for(service, places);
  if (action == Action::none) return;
  plan.push_back({.kind = OpKind::act,
                  .step = {StepKind::unit, service.unit, std::string(name_of(action)),
                           in_services_toml(service.origin)},
                  .before = {}});
}

const Op* find_action(const Plan& plan) {
  const auto found =
      std::find_if(plan.begin(), plan.end(), [](const Op& op) { return op.kind == OpKind::act; });
  return found == plan.end() ? nullptr : &*found;
}

Plan without_action(const Plan& plan) {
  Plan result;
  std::copy_if(plan.begin(), plan.end(), std::back_inserter(result),
               [](const Op& op) { return op.kind != OpKind::act; });
  return result;
}

Plan plan_of_removal(const Steps& steps) {
  Plan plan = diff(steps, {});
  if (changed_places(plan).empty()) return plan;
  for (const auto& step : steps)
    if (step.kind == StepKind::unit)
      plan.push_back({.kind = OpKind::act, .step = step, .before = {}});
  return plan;
}

std::string unit_of(const Steps& steps) {
  const auto unit = std::find_if(steps.begin(), steps.end(),
                                 [](const Step& step) { return step.kind == StepKind::unit; });
  return unit == steps.end() ? "" : unit->subject;
}

bool touches_unit_files(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const Op& op) {
    return (is_overlay(op.step) || op.step.kind == StepKind::link) &&
           may_hold_unit_files(op.step.subject);
  });
}

}  // namespace overlayd
