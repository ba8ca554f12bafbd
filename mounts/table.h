// The machine's mount table, as far as overlays are concerned.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace overlayd {

struct MountEntry {
  std::string target;
  std::string root;    // path inside its file system of what is mounted
  std::string device;  // "major:minor"
  std::string type;    // of the file system
  int id = 0;
  int parent = 0;  // the id of the mount that it stands on
  bool shared = false;
};

// In the order of the table: a later one with the same target covers the earlier.
std::vector<MountEntry> read_mount_table();

// The mounts that are stacked at `target`, the one that is visible first, each on the next; none
// where nothing is mounted, or where no look-up without symbolic links gets to.
std::vector<MountEntry> stack_at(const std::string& target);

// The id of the mount that a descriptor is on.
int mount_id_of(const Fd& fd);

// Whether the mount that the mount `id` stands on is shared: mounting there propagates to peers.
bool stands_on_shared(int id);

// Every mount that shows something inside `folder`, wherever it stands, innermost first.
std::vector<MountEntry> mounts_of(const std::string& folder);

}  // namespace overlayd
