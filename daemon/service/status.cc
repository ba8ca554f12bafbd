// What a service tells of itself, as docs/dbus.md describes it.
#include <algorithm>

#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "mounts/overlay.h"

namespace overlayd {

Dict Service::status(const UnitState& unit) const {
  Dict dict{{"name", config_.name},
            {"unit", config_.unit},
            {"unit_state", unit.load.empty() ? "" : describe(unit)},
            {"upstream", upstream_->config().url.redacted()},
            {"branch", config_.branch},
            {"state", hold_name(state())},
            {"deployed", state().deployed.id},
            {"deployed_subject", printable(state().deployed.subject)},
            {"deployed_author", printable(state().deployed.author)},
            {"deployed_at", state().deployed_at},
            {"fetched_at", upstream_->fetched_at()},
            {"overlays", overlay_list()}};
  const std::string note = notes(unit);
  if (!note.empty()) dict["note"] = note;
  add_tip(dict);
  add_hold(dict);
  add_condition(dict, problems(unit));
  return dict;
}

// A unit that is not there is no failure: there are files that no unit reads.
std::string Service::notes(const UnitState& unit) const {
  std::vector<std::string> notes;
  if (!upstream_->filtered())
    notes.emplace_back("the upstream's server cannot leave files out: everything is downloaded");
  if (held() && !state().deployed.id.empty() && !has_history())
    notes.push_back(fmt::format("it has a commit of {} until it follows branch {} of {}",
                                came_from(), config_.branch, upstream_->config().url.redacted()));
  if (!unit.exists())
    notes.push_back(fmt::format("there is no unit that could be told: {} is {}: {}", config_.unit,
                                describe(unit), advice(unit, config_)));
  return join(notes, "\n");
}

void Service::add_tip(Dict& dict) const {
  const auto same = in_sync();
  if (!same) return;
  dict["upstream_commit"] = tip_.commit.id;
  dict["upstream_subject"] = printable(tip_.commit.subject);
  dict["in_sync"] = *same;
}

void Service::add_hold(Dict& dict) const {
  if (!held()) return;
  const Hold& hold = state().frozen ? *state().frozen : *state().pinned;
  dict["by"] = printable(hold.by);
  dict["reason"] = printable(hold.reason);
  dict["revision"] = printable(hold.revision);
  dict["since"] = hold.since;
  dict["until"] = hold.until;
  dict["ends_with"] = hold_ends_with(state());
}

std::vector<Service::Problem> Service::problems(const UnitState& unit) const {
  std::vector<Problem> problems;
  if (trouble_.any())
    problems.push_back(
        {"service", trouble_.problem(), trouble_.hint(), trouble_.since(), trouble_.retry_at()});
  add_unit_problems(problems, unit);
  const auto missing = not_in_place();
  if (!missing.empty())
    problems.push_back({"overlays", "not in place: " + join(missing, ", "),
                        held() ? "put it back now: systemctl restart overlayd"
                               : "put it back now: overlayctl forward " + config_.name,
                        0, next_look()});
  if (!record_.error().empty())
    problems.push_back(
        {"service", "cannot save its state: " + record_.error(),
         advice_on_writing(record_.error_code(), workshop_.settings.state_directory)});
  if (!upstream_->error().empty())
    problems.push_back({"upstream", upstream_->error(), upstream_->hint(),
                        upstream_->failing_since(), upstream_->next_at()});
  return problems;
}

uint64_t Service::next_look() const {
  const uint64_t retry = trouble_.retry_at();
  return retry == 0 ? upstream_->next_at() : std::min(retry, upstream_->next_at());
}

// A unit that was started since it failed to do as it was told has read what is in place; a script
// may start it at once.
void Service::add_unit_problems(std::vector<Problem>& problems, const UnitState& unit) const {
  const bool told = !state().failure.empty() && unit.active_since_us <= state().failed_at_us;
  if (told)
    problems.push_back(
        {"unit", state().failure, state().failure_hint, state().failed_at_us / 1'000'000});
  if (!unit.failed() || (told && state().failure.ends_with(describe(unit)))) return;
  problems.push_back({"unit", fmt::format("{} {}", config_.unit, describe(unit)),
                      advice(UnitOutcome{}, config_, state())});
}

// While it changes, something always is not.
std::vector<std::string> Service::not_in_place() const {
  std::vector<std::string> missing;
  if (queue_.busy()) return missing;
  for (const auto& step : state().steps)
    if (!holds(step, workshop_.trees) &&
        std::find(missing.begin(), missing.end(), step.subject) == missing.end())
      missing.push_back(step.subject);
  return missing;
}

// An upstream that is away does no harm to who has its content.
bool Service::failed(const std::vector<Problem>& problems) const {
  return std::any_of(problems.begin(), problems.end(), [this](const Problem& problem) {
    return problem.of != "upstream" || state().deployed.id.empty();
  });
}

void Service::add_condition(Dict& dict, const std::vector<Problem>& problems) const {
  dict["condition"] = queue_.busy()                 ? "changing"
                      : failed(problems)            ? "failed"
                      : state().deployed.id.empty() ? "waiting"
                                                    : "ok";
  if (queue_.busy() && !activity_.what().empty()) {
    dict["doing"] = printable(activity_.what());
    dict["doing_since"] = activity_.since();
  }
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

void Service::publish_metrics(const UnitState& unit) {
  if (!upstream_ || leaving_) return;
  workshop_.metrics.set_service(config_.name, {.deployed = state().deployed.id,
                                               .upstream = tip_.commit.id,
                                               .in_sync = in_sync(),
                                               .state = hold_name(state()),
                                               .failed = failed(problems(unit)),
                                               .changed_at = state().deployed_at});
}

List Service::overlay_list() const {
  List list;
  for (const auto& overlay : config_.overlays) {
    Dict dict{{"local", overlay.local},
              {"link", overlay.link},
              {"type", overlay.type == OverlayType::bind ? "bind" : "symlink"},
              {"live", false}};
    for (const auto& step : state().steps) {
      const bool shows = step.kind == StepKind::mount || step.kind == StepKind::mount_file ||
                         step.kind == StepKind::show;
      if (!shows || step.subject != overlay.local) continue;
      dict["tree"] = step.value.substr(0, step.value.find('-'));
      dict["kind"] = std::string(
          kind_of(workshop_.trees.path(step.value)) == PathKind::file ? "file" : "directory");
      dict["live"] = is_live(step);
    }
    list.emplace_back(std::move(dict));
  }
  return list;
}

// For a symlink overlay its link and the checkout that it leads into.
bool Service::is_live(const Step& shown) const {
  for (const auto& step : state().steps) {
    const bool part = step.subject == shown.subject || step.kind == StepKind::checkout;
    if (part && !holds(step, workshop_.trees)) return false;
  }
  return true;
}

}  // namespace overlayd
