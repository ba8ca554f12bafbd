#include "daemon/service/status.h"

#include <algorithm>

#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/problems.h"
#include "daemon/steps/apply.h"

namespace overlayd {
namespace {

bool is_said_of_unit(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.of == "unit"; });
}

// A unit that is not there is no failure: there are files that no unit reads.
std::string notes(const Situation& situation, const UnitState& unit,
                  const std::vector<Problem>& problems) {
  const ServiceConfig& config = situation.config;
  const ServiceState& state = situation.state();
  std::vector<std::string> notes;
  if (!situation.upstream.filtered())
    notes.emplace_back("the upstream's server cannot leave files out: everything is downloaded");
  const bool is_elsewhere =
      !state.deployed.id.empty() && !comes_from(state, config.upstream, config.branch);
  if (is_held(state) && is_elsewhere)
    notes.push_back(fmt::format("it has a commit of {} until it follows branch {} of {}",
                                came_from(state), config.branch,
                                situation.upstream.config().url.redacted()));
  if (is_held(state) && !situation.tip.error.empty())
    notes.push_back("what its branch has now could not be deployed: " + situation.tip.error);
  if (!unit.exists() && !is_said_of_unit(problems))
    notes.push_back(fmt::format("there is no unit that could be told: {} is {}: {}", config.unit,
                                describe(unit), advice(unit, config)));
  return join(notes, "\n");
}

void add_tip(Dict& dict, const Situation& situation) {
  const auto same = in_sync(situation.config, situation.state(), situation.tip);
  if (!same) return;
  dict["upstream_commit"] = situation.tip.commit.id;
  dict["upstream_subject"] = printable(situation.tip.commit.subject);
  dict["in_sync"] = *same;
}

void add_condition(Dict& dict, const Situation& situation, const std::vector<Problem>& problems) {
  const ServiceState& state = situation.state();
  dict["condition"] = situation.at_work            ? "changing"
                      : is_failed(problems, state) ? "failed"
                      : state.deployed.id.empty()  ? "waiting"
                                                   : "ok";
  const Activity& activity = situation.activity;
  if (!situation.at_work || activity.what().empty()) return;
  dict["doing"] = printable(activity.what());
  dict["doing_since"] = activity.since();
}

void add_problems(Dict& dict, const std::vector<Problem>& problems) {
  List list;
  for (const auto& problem : problems)
    list.emplace_back(Dict{{"of", std::string(problem.of)},
                           {"error", printable(problem.error)},
                           {"error_hint", printable(problem.hint)},
                           {"error_at", problem.at},
                           {"retry_at", problem.retry_at}});
  if (!list.empty()) {
    for (const char* member : {"error", "error_hint", "error_at", "retry_at"})
      dict[member] = list.front().at(member);
    dict["error_of"] = list.front().at("of");
  }
  dict["problems"] = std::move(list);
}

// For a symlink overlay its link and the checkout that it leads into.
bool is_live(const Step& shown, const Situation& situation) {
  const Steps& steps = situation.state().steps;
  return std::all_of(steps.begin(), steps.end(), [&](const Step& step) {
    const bool is_part = step.subject == shown.subject || step.kind == StepKind::checkout;
    return !is_part || is_in_effect(step, situation.workshop.trees);
  });
}

// The path in the repository that a tree in place was deployed for, if that is not the overlay's by
// now; empty: it is.
std::string former_link(const std::string& tree, const OverlayConfig& overlay,
                        const ServiceState& state) {
  const auto& links = state.links;
  const auto own = links.find(overlay.link);
  if (own != links.end() && own->second == tree) return "";
  const auto shown = std::find_if(links.begin(), links.end(),
                                  [&](const auto& link) { return link.second == tree; });
  return shown == links.end() ? "" : shown->first;
}

void add_what_it_shows(Dict& dict, const OverlayConfig& overlay, const Situation& situation) {
  const TreeStore& trees = situation.workshop.trees;
  for (const auto& step : situation.state().steps) {
    const bool shows = step.kind == StepKind::mount || step.kind == StepKind::mount_file ||
                       step.kind == StepKind::show;
    if (!shows || step.subject != overlay.local) continue;
    const bool is_file = kind_of(trees.path(step.value)) == PathKind::file;
    dict["tree"] = step.value.substr(0, step.value.find('-'));
    dict["kind"] = is_file ? "file" : "directory";
    dict["live"] = is_live(step, situation);
    const std::string still = former_link(step.value, overlay, situation.state());
    if (!still.empty()) dict["still"] = still;
  }
}

List overlays_of(const Situation& situation) {
  List list;
  for (const auto& overlay : situation.config.overlays) {
    Dict dict{{"local", overlay.local},
              {"link", overlay.link},
              {"type", overlay.type == OverlayType::bind ? "bind" : "symlink"},
              {"live", false}};
    add_what_it_shows(dict, overlay, situation);
    list.emplace_back(std::move(dict));
  }
  return list;
}

}  // namespace

Dict status_of(const Situation& situation, const UnitState& unit) {
  const ServiceConfig& config = situation.config;
  const ServiceState& state = situation.state();
  Dict dict{{"name", config.name},
            {"unit", config.unit},
            {"unit_state", unit.load.empty() ? "" : describe(unit)},
            {"upstream", situation.upstream.config().url.redacted()},
            {"branch", config.branch},
            {"state", hold_name(state)},
            {"deployed", state.deployed.id},
            {"deployed_subject", printable(state.deployed.subject)},
            {"deployed_author", printable(state.deployed.author)},
            {"deployed_at", state.deployed_at},
            {"fetched_at", situation.upstream.fetched_at()},
            {"overlays", overlays_of(situation)}};
  const auto problems = problems_of(situation, unit);
  const std::string note = notes(situation, unit, problems);
  if (!note.empty()) dict["note"] = note;
  add_tip(dict, situation);
  add_hold(dict, state);
  add_condition(dict, situation, problems);
  add_problems(dict, problems);
  return dict;
}

Metrics::Sample sample_of(const Situation& situation, const UnitState& unit) {
  const ServiceState& state = situation.state();
  return {.deployed = state.deployed.id,
          .upstream = situation.tip.commit.id,
          .in_sync = in_sync(situation.config, state, situation.tip),
          .state = hold_name(state),
          .failed = is_failed(problems_of(situation, unit), state),
          .changed_at = state.deployed_at};
}

void add_hold(Dict& dict, const ServiceState& state) {
  if (!is_held(state)) return;
  const Hold& hold = state.frozen ? *state.frozen : *state.pinned;
  dict["by"] = printable(hold.by);
  dict["reason"] = printable(hold.reason);
  dict["revision"] = printable(hold.revision);
  dict["since"] = hold.since;
  dict["until"] = hold.until;
  dict["ends_with"] = hold_ends_with(state);
}

}  // namespace overlayd
