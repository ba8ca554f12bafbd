// The border between the unprivileged writer and what root puts into /etc.
//
// Nothing of the writer's gets into the store: whoever holds a descriptor of a file or folder can
// change it whatever its owner and mode are by now. So root makes files and folders of its own and
// copies what is in the delivered ones.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/trees/trees.h"

namespace overlayd {

// A tree that an unprivileged writer should have left in a folder.
struct Delivery {
  std::string name;
  git::EntryKind kind = git::EntryKind::directory;
  Ownership ownership;
};

// Why a delivery was not accepted, by its name.
using Refusals = std::map<std::string, std::string>;
std::string to_text(const Refusals& refusals);
// Takes text that was cut: what is in what is left.
Refusals parse_refusals(std::string_view text);

// Takes a copy of what the writer left in the folder `delivered` into the store. Its word is not
// taken for anything, not even that it is gone: only directories, plain files with one link and
// symbolic links are accepted, all of them the writer's own. A relative link must stay inside;
// whether an absolute one does depends on the overlay, so those are noted beside the tree, for
// TreeStore::check_links(). A delivery that is refused hinders no other one. `delivered` must be
// somewhere in the folder that the store is in. Those accepted are in the store and on the disk
// when it returns.
// May take long: for a child process. `delivered` and its workbench are not needed any more then.
Refusals accept_deliveries(const TreeStore& store, const std::string& delivered,
                           const std::vector<Delivery>& deliveries, uid_t writer);
// The folder, root's own, that copies of what is in `delivered` are made in: beside it.
std::string workbench_of(const std::string& delivered);

}  // namespace overlayd
