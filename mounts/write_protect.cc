#include "mounts/write_protect.h"

#include "mounts/overlay.h"
#include "mounts/stage.h"

namespace overlayd {

bool is_write_protected(const std::string& folder) { return is_live(folder, folder) == Live::yes; }

void write_protect(const std::string& folder) {
  if (!is_write_protected(folder)) attach(stage(folder), folder, {});
}

void allow_writing(const std::string& folder) {
  if (!is_write_protected(folder)) return;
  const auto stack = stack_at(folder);
  if (!stack.empty()) detach_mount(stack.front());
}

}  // namespace overlayd
