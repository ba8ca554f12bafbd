// A service's checkouts: <folder>/<commit>-<links>/<link> -> tree, and <folder>/current -> one of
// them.
//
// They are derived from what is deployed and can be made again at any time. The folder may be an
// administrator's own: nothing in it is touched that does not have a name of ours.
#pragma once

#include <map>
#include <string>

namespace overlayd {

// Path in the repository ("." is all of it) -> absolute path of the tree.
using CheckoutLinks = std::map<std::string, std::string>;

// "<commit>-1a2b3c4d": of one commit there may be checkouts with different links, or with trees of
// different owners. `trees`: path in the repository -> name of the tree.
std::string checkout_name(const std::string& commit,
                          const std::map<std::string, std::string>& trees);

// Makes <folder>/<name>, if need be anew. Refuses a folder that others than root can change. From
// then on the folder does not age.
void make_checkout(const std::string& folder, const std::string& name, const CheckoutLinks& links);

// Points `current` at <name> in one rename, and removes checkouts other than this one and the one
// before it, which a reader may still be walking through.
void switch_checkout(const std::string& folder, const std::string& name);

// Where `current` points; empty if nowhere.
std::string current_checkout(const std::string& folder);

// Whether `current` points at <name>, and that is there.
bool is_current_checkout(const std::string& folder, const std::string& name);

// Removes `current` and all checkouts, and the folder if nothing else is in it.
void remove_checkouts(const std::string& folder);

}  // namespace overlayd
