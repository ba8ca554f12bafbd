// From what a service should look like to its list of steps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/path.h"
#include "config/config.h"
#include "daemon/steps/plan.h"
#include "daemon/trees/trees.h"

namespace overlayd {

// One overlay of a service at a commit: config.overlays[i] shows `tree`.
struct ResolvedOverlay {
  git::EntryKind kind = git::EntryKind::directory;
  std::string tree;  // name in the store
};

struct Target {
  const ServiceConfig& service;
  std::string commit;
  std::vector<ResolvedOverlay> overlays;  // as many as the service has, in that order
};

// What is at a path, as if overlayd had made nothing: paths that it made count as missing.
using Facts = std::function<PathKind(const std::string& path)>;

// Pure. Throws Error, with the way out, if the machine has something in an overlay's place that
// does not fit it.
Steps make_steps(const Target& target, const Facts& facts);

// Equal for configurations that amount to the same steps for the same commit.
std::string fingerprint(const ServiceConfig& service);

}  // namespace overlayd
