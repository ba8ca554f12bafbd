#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/handle.h"

namespace overlayd {
namespace {

std::string read_fd(int fd, const std::string& path, size_t max_bytes) {
  struct stat status {};
  check(fstat(fd, &status), "cannot read {}", path);
  if (!S_ISREG(status.st_mode)) throw Error::of("cannot read {}: not a plain file", path);
  return read_all(fd, path, max_bytes, static_cast<size_t>(status.st_size));
}

// One temporary name per target is enough: a single process writes, and a left-over is overwritten.
std::string temporary(const std::string& name) { return "." + name + ".new"; }

constexpr std::string_view link_prefix = ".link-";
constexpr size_t random_digits = 16;

uint64_t random_number() {
  uint64_t number = 0;
  check(getrandom(&number, sizeof number, 0), "cannot get a random number");
  return number;
}

// A name that nobody can take beforehand: in /tmp anybody may make what he likes.
std::string make_symlink_aside(int dir, const std::string& target) {
  std::string fresh;
  do {
    fresh = fmt::format("{}{:016x}", link_prefix, random_number());
    if (symlinkat(target.c_str(), dir, fresh.c_str()) == 0) return fresh;
  } while (errno == EEXIST);
  fail_with_errno(fmt::format("cannot create link {}", fresh));
}

}  // namespace

std::string read_all(int fd, const std::string& name, size_t max_bytes, size_t expected_bytes) {
  std::string content;
  content.resize(std::min(expected_bytes, max_bytes) + 1);
  size_t used = 0;
  while (true) {
    const ssize_t count =
        check(read(fd, content.data() + used, content.size() - used), "cannot read {}", name);
    if (count == 0) break;
    used += static_cast<size_t>(count);
    if (used > max_bytes) throw Error::of("cannot read {}: larger than {} bytes", name, max_bytes);
    if (used == content.size()) content.resize(std::min(content.size() * 2, max_bytes + 1));
  }
  content.resize(used);
  return content;
}

std::string read_file_at(int dir, const std::string& name, size_t max_bytes) {
  // O_NONBLOCK: a FIFO put there by somebody must not hang us
  const Fd fd(
      check(openat(dir, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), "cannot read {}", name));
  return read_fd(fd.get(), name, max_bytes);
}

std::string read_file(const std::string& path, size_t max_bytes) {
  return read_file_at(AT_FDCWD, path, max_bytes);
}

std::optional<std::string> read_file_if_any(int dir, const std::string& name) {
  try {
    return read_file_at(dir, name);
  } catch (const SystemError& error) {
    if (error.code() == ENOENT) return std::nullopt;
    throw;
  }
}

void write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    check(count, "cannot write");
    content.remove_prefix(static_cast<size_t>(count));
  }
}

void write_file_at(int dir, const std::string& name, std::string_view content, mode_t mode,
                   Durability durability) {
  const std::string fresh = temporary(name);
  if (unlinkat(dir, fresh.c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove {}", fresh));
  const Fd fd(check(openat(dir, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode),
                    "cannot create {}", fresh));
  try {
    write_all(fd.get(), content);
    check(fchmod(fd.get(), mode), "cannot set the mode of {}", fresh);
    // before the rename: not every file system writes content before the name that leads to it
    check(fdatasync(fd.get()), "cannot sync {}", fresh);
    check(renameat(dir, fresh.c_str(), dir, name.c_str()), "cannot replace {}", name);
  } catch (...) {
    unlinkat(dir, fresh.c_str(), 0);
    throw;
  }
  if (durability == Durability::now) check(fsync(dir), "cannot sync the directory of {}", name);
}

void replace_symlink_at(int dir, const std::string& name, const std::string& target) {
  const std::string fresh = make_symlink_aside(dir, target);
  if (renameat(dir, fresh.c_str(), dir, name.c_str()) == 0) return;
  const int code = errno;
  unlinkat(dir, fresh.c_str(), 0);
  throw SystemError(code, fmt::format("cannot replace link {}", name));
}

bool is_unfinished_link(std::string_view name) {
  return name.size() == link_prefix.size() + random_digits && name.starts_with(link_prefix) &&
         name.find_first_not_of("0123456789abcdef", link_prefix.size()) == std::string_view::npos;
}

Fd open_dir_at(int dir, const std::string& name) {
  return Fd(check(openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                  "cannot open directory {}", name));
}

Fd open_dir(const std::string& path) { return open_dir_at(AT_FDCWD, path); }

Fd make_dir_at(int dir, const std::string& name, mode_t mode) {
  if (mkdirat(dir, name.c_str(), mode) == 0) {
    Fd made = open_dir_at(dir, name);
    check(fchmod(made.get(), mode), "cannot set the mode of {}", name);  // whatever the umask is
    return made;
  }
  if (errno != EEXIST) fail_with_errno(fmt::format("cannot create directory {}", name));
  return open_dir_at(dir, name);
}

std::vector<std::string> list_dir(int dir) {
  // a descriptor of its own, because closedir() closes it and readdir() moves its offset
  Fd fd(check(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "cannot list a directory"));
  const Handle<DIR, closedir> stream(fdopendir(fd.get()));
  if (!stream) fail_with_errno("cannot list a directory");
  fd.release();
  std::vector<std::string> names;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace overlayd
