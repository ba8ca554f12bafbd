// How a service stands at this moment: what its status and its metrics are made of.
#pragma once

#include <optional>

#include "config/config.h"
#include "daemon/report/activity.h"
#include "daemon/report/trouble.h"
#include "daemon/service/workshop.h"
#include "daemon/state/record.h"
#include "daemon/upstream/upstream.h"

namespace overlayd {

struct Situation {
  const Workshop& workshop;
  const ServiceConfig& config;
  const Record& record;
  const Upstream& upstream;
  const WishResult& tip;  // what the branch has for it, as last seen; no commit: not seen yet
  const Trouble& trouble;
  const Activity& activity;
  bool at_work = false;  // a change or a plan is under way

  const ServiceState& state() const { return record.state(); }
};

// Whether what is deployed is what the branch has for the service; none until the branch was seen.
std::optional<bool> in_sync(const ServiceConfig& config, const ServiceState& state,
                            const WishResult& tip);

}  // namespace overlayd
