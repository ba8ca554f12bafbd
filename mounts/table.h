// The machine's mount table, as far as overlays are concerned.
#pragma once

#include <string>
#include <vector>

namespace overlayd {

struct MountEntry {
  std::string target;
  std::string root;    // path inside its file system of what is mounted
  std::string device;  // "major:minor"
  int id = 0;
  int parent = 0;  // the id of the mount that it stands on
  bool shared = false;
};

// In the order of the table: a later one with the same target covers the earlier.
std::vector<MountEntry> read_mount_table();

// How many mounts are stacked at `target` that show neighbours of what the topmost one shows. A
// file system that was mounted there before is not counted.
int stack_height(const std::string& target);

// Whether the mount that the mount `id` stands on is shared: mounting there propagates to peers.
bool stands_on_shared(int id);

// Every mount that shows something inside `folder`, wherever it stands, innermost first.
std::vector<MountEntry> mounts_of(const std::string& folder);

}  // namespace overlayd
