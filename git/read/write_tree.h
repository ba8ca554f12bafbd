// Writes a subtree of a commit as plain files, whatever somebody put into it.
#pragma once

#include "git/messages.h"
#include "git/read/repository.h"

namespace overlayd::git {

// `staging` is the descriptor of the folder. What must not be put in place is told in the answer;
// what could not be read or written is thrown. Nothing is left at the name in either case.
Written write_tree(const Repository& repository, int staging, const WriteTree& request);

}  // namespace overlayd::git
