#include "daemon/trees/acceptance.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "git/limits.h"

namespace overlayd {
namespace {

constexpr auto max_depth = static_cast<int>(git::max_tree_depth);

// Copies up to `left` bytes, in the kernel; 0 at the end of the file. Not every file system can
// share or move blocks by itself.
ssize_t copy_some(const Fd& from, const Fd& to, size_t left) {
  const ssize_t count = copy_file_range(from.get(), nullptr, to.get(), nullptr, left, 0);
  if (count >= 0 || (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS))
    return count;
  return sendfile(to.get(), from.get(), nullptr, left);
}

// What comes in while it is copied is not: somebody could go on for ever.
void copy(const Fd& from, const Fd& to, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t count = check(copy_some(from, to, size), "cannot copy {}", path);
    if (count == 0) return;
    size -= static_cast<size_t>(count);
  }
}

}  // namespace

// Only finds out what to open: what is opened may be something else, and is looked at again.
void Acceptance::take(int from, int to, const std::string& name, const std::string& path,
                      int depth) {
  struct stat status {};
  check(fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "cannot look at {}", path);
  require_acceptable(status, path);
  if (++entries_ > git::max_entries) throw Error::of("there are more files than are taken over");
  if (S_ISDIR(status.st_mode))
    take_directory(from, to, name, path, depth);
  else if (S_ISLNK(status.st_mode))
    take_link(from, to, name, path, depth);
  else
    take_file(from, to, name, path);
}

void Acceptance::require_acceptable(const struct stat& status, const std::string& path) const {
  if (status.st_uid != writer_) throw Error::of("{} is not the writer's own", path);
  if (!S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode) &&
      (!S_ISREG(status.st_mode) || status.st_nlink != 1))
    throw Error::of("{} is neither a directory, a plain file of its own nor a link", path);
}

// O_NONBLOCK: what is a file now may be a pipe when it is opened.
Fd Acceptance::open_acceptable(int from, const std::string& name, int flags, struct stat& status,
                               const std::string& path) const {
  Fd fd(check(openat(from, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
              "cannot open {}", path));
  check(fstat(fd.get(), &status), "cannot look at {}", path);
  require_acceptable(status, path);
  return fd;
}

void Acceptance::take_directory(int from, int to, const std::string& name, const std::string& path,
                                int depth) {
  if (depth > max_depth) throw Error::of("{} is nested too deeply", path);
  struct stat status {};
  const Fd theirs = open_acceptable(from, name, O_RDONLY | O_DIRECTORY, status, path);
  check(mkdirat(to, name.c_str(), 0700), "cannot create {}", path);
  const Fd ours = open_dir_at(to, name);
  for (const auto& entry : list_dir(theirs.get()))
    take(theirs.get(), ours.get(), entry, path + "/" + printable(entry, 255), depth + 1);
  own(ours, 0755, path);
}

void Acceptance::take_file(int from, int to, const std::string& name, const std::string& path) {
  struct stat status {};
  const Fd theirs = open_acceptable(from, name, O_RDONLY, status, path);
  if (!S_ISREG(status.st_mode)) throw Error::of("{} is no file any more", path);
  const auto size = static_cast<size_t>(status.st_size);
  bytes_ += size;
  if (size > git::max_file_bytes || bytes_ > git::max_total_bytes)
    throw Error::of("{} is larger than what is taken over", path);
  const Fd ours(check(openat(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
                      "cannot create {}", path));
  copy(theirs, ours, size, path);
  own(ours, (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644, path);
}

// Owner first: a change of owner takes special bits away, and the mode is set from nothing.
void Acceptance::own(const Fd& fd, mode_t mode, const std::string& path) const {
  check(fchown(fd.get(), ownership_.uid, ownership_.gid), "cannot hand over {}", path);
  check(fchmod(fd.get(), mode & ~ownership_.umask), "cannot set the mode of {}", path);
}

void Acceptance::take_link(int from, int to, const std::string& name, const std::string& path,
                           int depth) {
  struct stat status {};
  const Fd theirs = open_acceptable(from, name, O_PATH, status, path);
  char bytes[PATH_MAX];
  const ssize_t size =
      check(readlinkat(theirs.get(), "", bytes, sizeof bytes), "cannot read link {}", path);
  const std::string target(bytes, static_cast<size_t>(size));
  check_link(target, path, depth);
  check(symlinkat(target.c_str(), to, name.c_str()), "cannot create link {}", path);
  check(fchownat(to, name.c_str(), ownership_.uid, ownership_.gid, AT_SYMLINK_NOFOLLOW),
        "cannot hand over {}", path);
}

// ".." is exact only at the start, where it climbs real directories; behind a name it could climb
// out of where another link leads.
void Acceptance::check_link(std::string_view target, const std::string& path, int depth) {
  const bool absolute = target.starts_with('/');
  int up = 0;
  bool named = false;
  for (const auto& part : split(target, '/')) {
    if (part == ".." && !named)
      up++;
    else if (part == "..")
      up = max_depth + 1;
    else if (!part.empty() && part != ".")
      named = true;
  }
  const bool odd = target.size() >= PATH_MAX || target.find('\n') != std::string_view::npos;
  if (odd || up > (absolute ? 0 : depth - 1))
    throw Error::of("link {} -> {} leads out", path, printable(target));
  if (absolute) absolute_links_ += std::string(target) + "\n";
}

}  // namespace overlayd
