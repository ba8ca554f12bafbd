#include "mounts/seal.h"

#include "mounts/overlay.h"
#include "mounts/stage.h"

namespace overlayd {

bool is_sealed(const std::string& folder) { return is_live(folder, folder) == Live::yes; }

void seal(const std::string& folder) {
  if (!is_sealed(folder)) attach(stage(folder), folder, {});
}

void unseal(const std::string& folder) {
  if (!is_sealed(folder)) return;
  const auto stack = stack_at(folder);
  if (!stack.empty()) detach_mount(stack.front());
}

}  // namespace overlayd
