#include "daemon/service/telling.h"

#include <fmt/core.h>

#include <utility>

#include "daemon/service/proposal.h"

namespace overlayd {

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
