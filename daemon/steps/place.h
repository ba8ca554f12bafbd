// The things of ours that overlays stand on, and symlink overlays themselves.
#pragma once

#include <optional>
#include <string>

#include "base/path.h"

namespace overlayd {

// Makes an empty directory (0755) or plain file (0644) of root's at `path`; one that is there
// already is left as it is. `trees` is the folder that overlays show something of.
void make_place(const std::string& path, PathKind kind, const std::string& trees);

// Removes it, if it is still empty and can be changed; also underneath overlays that cover it by
// now. What somebody put into it stays, and what an overlay or another mount has in its place.
void remove_place(const std::string& path, PathKind kind, const std::string& trees);

// Makes `path` a link to `target` in one step. Only a link to `before` or to `target` is replaced:
// anything else there was put there by somebody.
void make_link(const std::string& path, const std::string& target, const std::string& before);

// Removes the link if it still leads to `target`.
void remove_link(const std::string& path, const std::string& target);

// Where the link at `path`, or called `name` in `dir`, leads; none if there is no link.
std::optional<std::string> link_target(const std::string& path);
std::optional<std::string> link_target_at(int dir, const std::string& name);

}  // namespace overlayd
