// What a service tells of itself, as docs/dbus.md describes it.
#include "base/text.h"
#include "daemon/service.h"
#include "mounts/overlay.h"

namespace overlayd {

Dict Service::status() const {
  Dict dict{{"name", config_.name},
            {"unit", config_.unit},
            {"upstream", upstream_->config().url.redacted()},
            {"branch", config_.branch},
            {"state", hold_name(state())},
            {"deployed", state().deployed.id},
            {"deployed_subject", printable(state().deployed.subject)},
            {"deployed_author", printable(state().deployed.author)},
            {"deployed_at", state().deployed_at},
            {"fetched_at", upstream_->fetched_at()},
            {"overlays", overlay_list()}};
  if (!upstream_->filtered())
    dict["note"] = "the upstream's server cannot leave files out: everything is downloaded";
  add_tip(dict);
  add_hold(dict);
  add_condition(dict);
  return dict;
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
  dict["ends_with"] = state().pinned ? "forward" : "thaw";
}

bool Service::failed() const {
  const bool never_came = state().deployed.id.empty() && !upstream_->error().empty();
  return trouble_.any() || never_came || !state().failure.empty() || !record_.error().empty();
}

void Service::add_condition(Dict& dict) const {
  dict["condition"] = queue_.busy()                 ? "changing"
                      : failed()                    ? "failed"
                      : state().deployed.id.empty() ? "waiting"
                                                    : "ok";
  if (queue_.busy() && !activity_.what().empty()) {
    dict["doing"] = printable(activity_.what());
    dict["doing_since"] = activity_.since();
  }
  const auto add = [&](const std::string& error, const std::string& hint, uint64_t since,
                       uint64_t retry_at) {
    dict["error"] = printable(error);
    dict["error_hint"] = printable(hint);
    dict["error_at"] = since;
    dict["retry_at"] = retry_at;
  };
  if (trouble_.any())
    add(trouble_.problem(), trouble_.hint(), trouble_.since(), trouble_.retry_at());
  else if (!state().failure.empty())
    add(state().failure, state().failure_hint, state().failed_at, 0);
  else if (!record_.error().empty())
    add("cannot save its state: " + record_.error(), "df " + workshop_.settings.state_directory, 0,
        0);
  else if (!upstream_->error().empty()) {
    add(upstream_->error(), upstream_->hint(), upstream_->failing_since(), upstream_->next_at());
    dict["error_of"] = "upstream";
  }
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
