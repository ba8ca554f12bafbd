#include "base/path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace overlayd {
namespace {

Fd open_without_links(const std::string& path, uint64_t flags) {
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return Fd(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

}  // namespace

bool is_at_or_below(std::string_view path, std::string_view below) {
  if (below == "/") return true;
  return path.substr(0, below.size()) == below &&
         (path.size() == below.size() || path[below.size()] == '/');
}

std::string parent_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

std::string file_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

Fd open_path(const std::string& path) {
  Fd fd = open_without_links(path, O_PATH | O_CLOEXEC);
  if (!fd && errno == ELOOP)
    throw SystemError(ELOOP, fmt::format("cannot use {}: a symbolic link is on the way, name the "
                                         "real path instead",
                                         path));
  if (!fd) fail_with_errno(fmt::format("cannot open {}", path));
  return fd;
}

Fd open_nearest_above(const std::string& path) {
  const std::string parent = parent_path(path);
  Fd fd = open_without_links(parent, O_PATH | O_CLOEXEC);
  return fd || parent == "/" ? std::move(fd) : open_nearest_above(parent);
}

PathKind kind_of(const std::string& path) {
  const Fd fd = open_without_links(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return PathKind::missing;
  if (!fd) open_path(path);  // throws, with the reason in words
  struct stat status {};
  check(fstat(fd.get(), &status), "cannot look at {}", path);
  return kind_of_mode(status.st_mode);
}

PathKind kind_of_mode(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return PathKind::directory;
    case S_IFREG:
      return PathKind::file;
    case S_IFLNK:
      return PathKind::symlink;
    default:
      return PathKind::other;
  }
}

std::string_view name_of(PathKind kind) {
  switch (kind) {
    case PathKind::missing:
      return "nothing";
    case PathKind::directory:
      return "a directory";
    case PathKind::file:
      return "a file";
    case PathKind::symlink:
      return "a symbolic link";
    case PathKind::other:
      break;
  }
  return "a special file";
}

std::string path_of_fd(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

}  // namespace overlayd
