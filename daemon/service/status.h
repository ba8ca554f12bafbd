// What a service tells of itself, as docs/dbus.md describes it.
#pragma once

#include "base/value.h"
#include "daemon/report/metrics.h"
#include "daemon/service/situation.h"

namespace overlayd {

// `unit` is what systemd says of its unit, here and below; without a `load` if that is not known.
Dict status_of(const Situation& situation, const UnitState& unit);

// The same for Prometheus.
Metrics::Sample sample_of(const Situation& situation, const UnitState& unit);

// Who froze or pinned it, and why; nothing if it follows.
void add_hold(Dict& dict, const ServiceState& state);

}  // namespace overlayd
