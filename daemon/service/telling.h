// How systemd, and then a unit, learn what was put in place.
#pragma once

#include <functional>
#include <optional>

#include "daemon/report/activity.h"
#include "daemon/steps/step.h"
#include "units/units.h"

namespace overlayd {

class Telling {
 public:
  using Told = std::function<void(const UnitOutcome&)>;

  // Both must outlive this object, and this object what it is asked to tell.
  Telling(Units& units, Activity& activity) : units_(units), activity_(activity) {}

  // Has systemd read its unit files again, if it is to, and then does to `unit`, a UNIT step, what
  // that says; `gently`: only if it runs. `told` runs once, perhaps before this returns.
  void tell(bool read_unit_files, const std::optional<Step>& unit, bool gently, Told told);

 private:
  void read_unit_files(const std::optional<Step>& unit, bool gently);
  bool act(const Step& unit, bool gently);

  Units& units_;
  Activity& activity_;
  Told told_;
};

}  // namespace overlayd
