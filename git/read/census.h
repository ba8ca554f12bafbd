// How large a tree would be on the disk, told before a single file is written.
#pragma once

#include "git/read/repository.h"

namespace overlayd::git {

// Files and directories that the tree stands for, itself included. Counts a subtree that occurs a
// million times in one step: a few kilobytes of Git objects can stand for more files than any disk
// holds. max_entries + 1 stands for anything above max_entries, or deeper than max_tree_depth.
size_t count_entries(const Repository& repository, const git_oid& tree);

}  // namespace overlayd::git
