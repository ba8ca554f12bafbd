// Mounting on a detached mount needs Linux 6.15. What works everywhere: assemble it in a mount
// namespace apart, and take it out of there as a detached copy.
#include <fcntl.h>
#include <sys/mount.h>

#include "base/error.h"
#include "base/path.h"
#include "mounts/apart.h"
#include "mounts/stage.h"

namespace overlayd {
namespace {

void attach_at(const Fd& mount, const std::string& path) {
  const Fd target = open_path(path);
  check(move_mount(mount.get(), "", target.get(), "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
        "cannot mount there");
}

// Everything is mounted over the folder of `source`, which only this namespace sees.
Fd assemble(const std::string& source, const std::vector<Nested>& nested) {
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  const std::string workbench = parent_path(source);
  const Fd outer = stage(source);
  std::vector<Fd> inner;
  inner.reserve(nested.size());
  for (const auto& one : nested) inner.push_back(stage(one.source));
  attach_at(outer, workbench);
  for (size_t i = 0; i < nested.size(); i++) {
    try {
      attach_at(inner[i], workbench + "/" + nested[i].below);
    } catch (const SystemError& error) {
      // the workbench is a path that nobody else knows
      throw SystemError(error.code(), fmt::format("the overlay inside it has nothing to stand on "
                                                  "at '{}'",
                                                  nested[i].below));
    }
  }
  return Fd(check(
      open_tree(AT_FDCWD, workbench.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
      "cannot take nested overlays over"));
}

}  // namespace

Fd stage_with(const std::string& source, const std::vector<Nested>& nested) {
  if (nested.empty()) return stage(source);
  return run_apart({}, [&] { return assemble(source, nested); });
}

}  // namespace overlayd
