// Writes a subtree of a commit as plain files, whatever somebody put into it.
#pragma once

#include "git/messages.h"
#include "git/read/repository.h"
#include "git/read/sign_of_life.h"

namespace overlayd::git {

// `staging` is the descriptor of the folder. Why this tree is not written is told in the answer; it
// throws only if no other one could be written either. Nothing is left at the name in either case.
Written write_tree(const Repository& repository, int staging, const WriteTree& request,
                   SignOfLife& sign_of_life);

}  // namespace overlayd::git
