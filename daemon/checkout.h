// A service's checkouts: <folder>/<commit>/<link> -> tree, and <folder>/current -> <commit>.
//
// They are derived from what is deployed and can be made again at any time.
#pragma once

#include <map>
#include <string>

namespace overlayd {

// Path in the repository ("." is all of it) -> absolute path of the tree.
using CheckoutLinks = std::map<std::string, std::string>;

// Makes <folder>/<commit>, if need be anew. Refuses a folder that others than root can change.
void make_checkout(const std::string& folder, const std::string& commit,
                   const CheckoutLinks& links);

// Points `current` at <commit> in one rename, and removes checkouts other than this one and the one
// before it, which a reader may still be walking through.
void switch_checkout(const std::string& folder, const std::string& commit);

// Where `current` points; empty if nowhere.
std::string current_checkout(const std::string& folder);

// Removes `current` and all checkouts, and the folder.
void remove_checkouts(const std::string& folder);

}  // namespace overlayd
