#include "mounts/underneath.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "mounts/table.h"

namespace overlayd {
namespace {

PathKind kind_at(const Fd& dir, const std::string& name) {
  struct stat status {};
  if (fstatat(dir.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return PathKind::missing;
  return kind_of_mode(status.st_mode);
}

bool is_read_only(const Fd& fd) {
  struct statvfs mount {};
  return fstatvfs(fd.get(), &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0;
}

// The overlay that what is visible above `path` belongs to; empty if that is none.
std::string overlay_above(const std::string& path, const std::string& trees) {
  const Fd above = open_nearest_above(path);
  if (!above || !is_read_only(above)) return "";  // the table may be long
  const auto ours = mounts_of(trees);
  const auto overlay =
      std::find_if(ours.begin(), ours.end(),
                   [id = mount_id_of(above)](const MountEntry& mount) { return mount.id == id; });
  return overlay == ours.end() ? "" : overlay->target;
}

}  // namespace

Fd without_mounts(const std::string& folder) {
  const Fd place = open_path(folder);
  return Fd(check(open_tree(place.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH),
                  "cannot look underneath the mounts in {}", folder));
}

Fd parent_underneath(const std::string& overlay, const std::string& path) {
  const std::string folder = parent_path(overlay);
  Fd dir = without_mounts(folder);
  auto parts = split(path.substr(folder == "/" ? 1 : folder.size() + 1), '/');
  parts.pop_back();
  for (const auto& part : parts) {
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    dir = Fd(openat(dir.get(), part.c_str(), flags));
    if (!dir) break;
  }
  return dir;
}

PathKind kind_underneath(const std::string& overlay, const std::string& path) {
  const Fd parent = parent_underneath(overlay, path);
  return parent ? kind_at(parent, file_name(path)) : PathKind::missing;
}

std::string covering_overlay(const std::string& path, const std::string& trees) {
  const std::string nearest = overlay_above(path, trees);
  if (nearest.empty()) return "";
  const std::string outer = covering_overlay(nearest, trees);
  return outer.empty() ? nearest : outer;
}

}  // namespace overlayd
