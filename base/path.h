// Paths that are acted on as root: opened once, without trusting what unprivileged users can
// change.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/fd.h"

namespace overlayd {

// True if `path` is `below` itself or lies inside it; both absolute and normalised.
bool is_at_or_below(std::string_view path, std::string_view below);

// "/etc/grafana" -> "/etc", "/etc" -> "/"; and the last component.
std::string parent_path(std::string_view path);
std::string file_name(std::string_view path);

// An O_PATH descriptor of `path`, an absolute path. A symbolic link anywhere in it is refused
// (SystemError, ELOOP): who may write a directory on the way could otherwise point root elsewhere.
// Mounts are entered: the descriptor is of what is visible there. openat2(2), Linux 5.6.
Fd open_path(const std::string& path);

// Of the nearest directory above `path` that can be opened so; none if not even "/" can.
Fd open_nearest_above(const std::string& path);

enum class PathKind { missing, directory, file, symlink, other };

// What is at `path`, a link in the last component not followed.
PathKind kind_of(const std::string& path);
PathKind kind_of_mode(mode_t mode);  // as stat(2) tells it
std::string_view name_of(PathKind kind);

// "/proc/self/fd/N": the way to hand a descriptor to a call that only takes a path.
std::string path_of_fd(int fd);

}  // namespace overlayd
