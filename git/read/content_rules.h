// What may be in a tree that is put in place. Pure: text in, verdict out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd::git {

// Why `name` cannot be the name of a file in a tree; empty if it can.
std::string fault_of_name(std::string_view name);

// True if a symbolic link to `target`, in a directory `depth` levels below the root of the tree,
// stays inside the tree wherever that is put, or leads to one of `locals` (absolute paths) or
// below.
bool stays_inside(std::string_view target, size_t depth, const std::vector<std::string>& locals);

// True if `content` is what Git LFS commits in place of a file.
bool is_lfs_pointer(std::string_view content);

}  // namespace overlayd::git
