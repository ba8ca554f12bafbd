#include "daemon/service/renaming.h"

#include <set>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/service/change.h"
#include "daemon/state/history.h"

namespace overlayd {

bool is_same_service(const ServiceState& state, const ServiceConfig& config) {
  if (state.deployed.id.empty() || state.upstream != config.upstream) return false;
  std::set<std::string> places;
  for (const auto& step : state.steps)
    if (is_mount(step) || step.kind == StepKind::show) places.insert(step.subject);
  std::set<std::string> wanted;
  for (const auto& overlay : config.overlays) wanted.insert(overlay.local);
  return places == wanted;
}

void rename_state(const Store& store, const std::string& from, const std::string& to,
                  Remembered& remembered) {
  store.rename(from, to);
  add_to_log(remembered.state, {.at = now(),
                                .verb = "configuration",
                                .by = on_its_own,
                                .reason = "its name was " + from,
                                .revision = "",
                                .from = remembered.state.deployed.id,
                                .commit = remembered.state.deployed,
                                .outcome = "done",
                                .message = ""});
  log_line(LOG_INFO, fmt::format("{}: goes on as {}", from, to), {"OVERLAYD_SERVICE=" + to});
  store.save(to, remembered.state, Durability::now);
}

}  // namespace overlayd
