#include "daemon/steps/obstacle.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/path.h"
#include "daemon/steps/place.h"
#include "mounts/overlay.h"

namespace overlayd {
namespace {

bool is_as_it_should_be(const Step& step, PathKind kind) {
  if (kind == PathKind::missing) return true;
  if (step.kind == StepKind::link) return link_target(step.subject) == step.value;
  return kind == (step.kind == StepKind::file ? PathKind::file : PathKind::directory);
}

// What lies behind a symbolic link on the way is not looked at: nothing of ours is there.
PathKind kind_if_reached(const std::string& path) {
  try {
    return kind_of(path);
  } catch (const SystemError&) {
    return PathKind::missing;
  }
}

}  // namespace

std::optional<Obstacle> obstacle_to(const Step& step) {
  if (!is_place(step)) return std::nullopt;
  const PathKind kind = kind_if_reached(step.subject);
  if (is_as_it_should_be(step, kind)) return std::nullopt;
  return Obstacle{.what = fmt::format("{} is there, which overlayd did not make", name_of(kind)),
                  .way_out = fmt::format("mv {0} {0}.orig", step.subject)};
}

std::optional<Obstacle> obstacle_to(const Step& step, const std::string& trees) {
  if (!is_mount(step)) return obstacle_to(step);
  try {
    static_cast<void>(stands_visibly(step.subject, trees));
    return std::nullopt;
  } catch (const SystemError&) {
    return std::nullopt;  // it is not reached
  } catch (const Error&) {
    return Obstacle{.what = "covered by another mount", .way_out = "umount " + step.subject};
  }
}

}  // namespace overlayd
