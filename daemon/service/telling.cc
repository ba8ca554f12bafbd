#include "daemon/service/telling.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "config/action.h"

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

// What an action of services.toml ("reload") asks of systemd; none for "none". `gently`: with the
// same effect on a unit that runs, and none on one that does not.
std::optional<UnitVerb> unit_verb(const std::string& action, bool gently) {
  const auto named = action_named(action);
  for (const auto& candidate : action_verbs)
    if (candidate.action == named) return gently ? candidate.if_running : candidate.verb;
  return std::nullopt;
}

}  // namespace

void Telling::tell(bool read_unit_files, const std::optional<Step>& unit, bool gently, Told told) {
  told_ = std::move(told);
  UnitOutcome outcome{.ok = true, .text = ""};
  try {
    if (read_unit_files) return this->read_unit_files(unit, gently);
    if (unit && act(*unit, gently)) return;
  } catch (const std::exception& error) {
    outcome = {.ok = false, .text = error.what()};
  }
  told_(outcome);
}

void Telling::read_unit_files(const std::optional<Step>& unit, bool gently) {
  activity_.begin("waiting for systemd to read its unit files");
  units_.reload_unit_files([this, unit, gently](const UnitOutcome& outcome) {
    if (!outcome.ok) return told_(outcome);
    tell(false, unit, gently, std::move(told_));
  });
}

// False if there is nothing to be done.
bool Telling::act(const Step& unit, bool gently) {
  const auto verb = unit_verb(unit.value, gently);
  if (!verb) return false;
  activity_.begin(fmt::format("waiting for systemd to {} {}", name_of(*verb), unit.subject));
  units_.act(unit.subject, *verb, told_);
  return true;
}

}  // namespace overlayd
