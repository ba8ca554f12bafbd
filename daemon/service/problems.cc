#include "daemon/service/problems.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/steps/action.h"
#include "daemon/steps/apply.h"
#include "daemon/steps/obstacle.h"

namespace overlayd {
namespace {

// When it is looked whether all is in place, at the latest.
uint64_t next_look(const Situation& situation) {
  const uint64_t retry = situation.trouble.retry_at();
  const uint64_t poll = situation.upstream.next_at();
  return retry == 0 ? poll : std::min(retry, poll);
}

// What the unit of before made of it is nothing of this one. A unit that was started since it
// failed to do as it was told has read what is in place; a script may start it at once.
void add_problems_of_unit(const Situation& situation, const UnitState& unit,
                          std::vector<Problem>& problems) {
  const ServiceState& state = situation.state();
  const bool told = !state.failure.empty() && unit_of(state.steps) == situation.config.unit &&
                    unit.active_since_us <= state.failed_at_us;
  if (told)
    problems.push_back({"unit", state.failure, state.failure_hint, state.failed_at_us / 1'000'000});
  if (!unit.failed() || (told && state.failure.ends_with(describe(unit)))) return;
  problems.push_back({"unit", fmt::format("{} {}", situation.config.unit, describe(unit)),
                      advice(UnitOutcome{}, situation.config, state)});
}

// What is not in place, in words, and how somebody brings it back.
struct Missing {
  std::vector<std::string> places;
  std::vector<std::string> blocked;  // those with something in the way
  std::vector<std::string> commands;
};

// While it changes, something always is not.
Missing missing_of(const Situation& situation) {
  Missing missing;
  if (situation.at_work) return missing;
  std::set<std::string> seen;
  for (const auto& step : situation.state().steps) {
    if (is_in_effect(step, situation.workshop.trees) || !seen.insert(step.subject).second) continue;
    const auto obstacle = obstacle_to(step, situation.workshop.trees.folder());
    missing.places.push_back(obstacle ? fmt::format("{} ({})", step.subject, obstacle->what)
                                      : step.subject);
    if (!obstacle) continue;
    missing.blocked.push_back(step.subject);
    missing.commands.push_back(obstacle->way_out);
  }
  return missing;
}

// What a try said of what is in the way: it is told as it is now.
bool is_of_blocked(const Trouble& trouble, const Missing& missing) {
  return std::any_of(missing.blocked.begin(), missing.blocked.end(), [&](const auto& place) {
    return trouble.problem().find(place) != std::string::npos;
  });
}

void add_what_is_not_in_place(const Situation& situation, Missing missing,
                              std::vector<Problem>& problems) {
  if (missing.places.empty()) return;
  missing.commands.push_back(is_held(situation.state())
                                 ? "systemctl restart overlayd"
                                 : "overlayctl forward " + situation.config.name);
  problems.push_back({"overlays", "not in place: " + join(missing.places, ", "),
                      "put it back now: " + join(missing.commands, " && "), 0,
                      next_look(situation)});
}

}  // namespace

std::vector<Problem> problems_of(const Situation& situation, const UnitState& unit) {
  std::vector<Problem> problems;
  const Trouble& trouble = situation.trouble;
  const Missing missing = missing_of(situation);
  if (trouble.any() && !is_of_blocked(trouble, missing))
    problems.push_back(
        {"service", trouble.problem(), trouble.hint(), trouble.since(), trouble.retry_at()});
  add_problems_of_unit(situation, unit, problems);
  add_what_is_not_in_place(situation, missing, problems);
  const Record& record = situation.record;
  if (!record.error().empty())
    problems.push_back(
        {"service", "cannot save its state: " + record.error(),
         advice_on_writing(record.error_code(), situation.workshop.settings.state_directory)});
  const Upstream& upstream = situation.upstream;
  if (!upstream.error().empty())
    problems.push_back({"upstream", upstream.error(), upstream.hint(), upstream.failing_since(),
                        upstream.next_at()});
  return problems;
}

bool is_failed(const std::vector<Problem>& problems, const ServiceState& state) {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.of != "upstream" || state.deployed.id.empty();
  });
}

}  // namespace overlayd
