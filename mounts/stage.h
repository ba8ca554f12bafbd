// Prepares a tree for mounting: a detached mount that nobody sees yet.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace overlayd {

// A detached mount of the directory or plain file `source`: read-only, nosuid, nodev, and in a peer
// group of its own, so that mounts made inside it reach services with a mount namespace of their
// own, but not the place where `source` is kept. open_tree(2), mount_setattr(2), Linux 5.12.
Fd stage(const std::string& source);

// A mount that belongs inside another: `source` appears at `below`, a path relative to it.
struct Nested {
  std::string below;
  std::string source;
};

// The same with all of `nested` already in it, outermost first, so that publishing it is still one
// step. Fails if one of them has no directory or file to stand on.
Fd stage_with(const std::string& source, const std::vector<Nested>& nested);

}  // namespace overlayd
