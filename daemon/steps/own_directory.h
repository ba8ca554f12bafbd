// Directories that nobody but root can change.
#pragma once

#include <string>

#include "base/fd.h"

namespace overlayd {

// Opens a directory that is overlayd's, made if it is missing. Refuses one that somebody else than
// root could change.
Fd open_own_directory(const std::string& path);

// Whether only root can change what is in `dir`, which is called `path` in messages.
bool is_roots_alone(const Fd& dir, const std::string& path);

}  // namespace overlayd
