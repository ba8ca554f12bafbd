#include "mounts/table.h"

#include <fcntl.h>
#include <libmount/libmount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>

#include "base/error.h"
#include "base/handle.h"
#include "base/path.h"

namespace overlayd {
namespace {

using Table = Handle<libmnt_table, mnt_unref_table>;
using Iterator = Handle<libmnt_iter, mnt_free_iter>;

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

MountEntry to_entry(libmnt_fs* entry) {
  const dev_t device = mnt_fs_get_devno(entry);
  unsigned long propagation = 0;
  mnt_fs_get_propagation(entry, &propagation);
  return {.target = text_or_empty(mnt_fs_get_target(entry)),
          .root = text_or_empty(mnt_fs_get_root(entry)),
          .device = fmt::format("{}:{}", major(device), minor(device)),
          .type = text_or_empty(mnt_fs_get_fstype(entry)),
          .id = mnt_fs_get_id(entry),
          .parent = mnt_fs_get_parent_id(entry),
          .shared = (propagation & MS_SHARED) != 0};
}

// Joins "/" and "/var", or "/@root" and "/var", or "/" and nothing.
std::string join_paths(const std::string& base, const std::string& below) {
  return base == "/" && !below.empty() ? below : base + below;
}

// What the table would say of a mount of `folder`: its root is where that lies inside its own file
// system.
MountEntry entry_of(const std::string& folder, const std::vector<MountEntry>& table) {
  const MountEntry* best = nullptr;
  for (const auto& entry : table)
    if (is_at_or_below(folder, entry.target) &&
        (best == nullptr || entry.target.size() >= best->target.size()))
      best = &entry;
  if (best == nullptr) throw Error::of("cannot find the mount that {} is on", folder);
  const std::string below = best->target == "/" ? folder : folder.substr(best->target.size());
  MountEntry entry = *best;
  entry.target = folder;
  entry.root = join_paths(best->root, below);
  return entry;
}

const MountEntry* find_id(const std::vector<MountEntry>& table, int id) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const MountEntry& entry) { return entry.id == id; });
  return found == table.end() ? nullptr : &*found;
}

Fd open_path_if_any(const std::string& path) {
  try {
    return open_path(path);
  } catch (const SystemError&) {
    return {};
  }
}

}  // namespace

std::vector<MountEntry> read_mount_table() {
  const Table table(mnt_new_table_from_file("/proc/self/mountinfo"));
  const Iterator iterator(mnt_new_iter(MNT_ITER_FORWARD));
  if (!table || !iterator) throw Error("cannot read the mount table /proc/self/mountinfo");
  std::vector<MountEntry> entries;
  libmnt_fs* entry = nullptr;
  while (mnt_table_next_fs(table.get(), iterator.get(), &entry) == 0)
    entries.push_back(to_entry(entry));
  return entries;
}

int mount_id_of(const Fd& fd) {
  struct statx seen {};
  check(statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &seen),
        "cannot look at a mount");
  return static_cast<int>(seen.stx_mnt_id);
}

// By the ids: the order of the table does not tell what lies on what since one can be mounted
// beneath another.
std::vector<MountEntry> stack_at(const std::string& target) {
  const Fd visible = open_path_if_any(target);
  if (!visible) return {};
  const auto table = read_mount_table();
  std::vector<MountEntry> stack;
  const MountEntry* entry = find_id(table, mount_id_of(visible));
  for (; entry != nullptr && entry->target == target; entry = find_id(table, entry->parent))
    stack.push_back(*entry);
  return stack;
}

bool stands_on_shared(int id) {
  const auto table = read_mount_table();
  const MountEntry* mount = find_id(table, id);
  const MountEntry* below = mount == nullptr ? nullptr : find_id(table, mount->parent);
  return below != nullptr && below->shared;
}

std::vector<MountEntry> mounts_of(const std::string& folder) {
  const auto table = read_mount_table();
  const MountEntry around = entry_of(folder, table);
  std::vector<MountEntry> found;
  for (const auto& entry : table)
    if (entry.device == around.device && entry.root != around.root &&
        is_at_or_below(entry.root, around.root))
      found.push_back(entry);
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace overlayd
