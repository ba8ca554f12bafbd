#include "mounts/underneath.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"

namespace overlayd {
namespace {

PathKind kind_at(const Fd& dir, const std::string& name) {
  struct stat status {};
  if (fstatat(dir.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return PathKind::missing;
  return kind_of_mode(status.st_mode);
}

}  // namespace

Fd without_mounts(const std::string& folder) {
  const Fd place = open_path(folder);
  return Fd(check(open_tree(place.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH),
                  "cannot look underneath the mounts in {}", folder));
}

PathKind kind_underneath(const std::string& overlay, const std::string& path) {
  const std::string folder = parent_path(overlay);
  Fd dir = without_mounts(folder);
  auto parts = split(path.substr(folder == "/" ? 1 : folder.size() + 1), '/');
  const std::string name = parts.back();
  parts.pop_back();
  for (const auto& part : parts) {
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    dir = Fd(openat(dir.get(), part.c_str(), flags));
    if (!dir) return PathKind::missing;
  }
  return kind_at(dir, name);
}

}  // namespace overlayd
