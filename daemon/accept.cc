// The border between the unprivileged writer and what root puts into /etc.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/trees.h"

namespace overlayd {
namespace {

constexpr int max_depth = 200;

class Acceptance {
 public:
  Acceptance(const Delivery& delivery, uid_t writer)
      : ownership_(delivery.ownership), writer_(writer) {}

  void take(int dir, const std::string& name, const std::string& path, int depth) {
    struct stat status {};
    check(fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "cannot look at {}", path);
    if (status.st_uid != writer_) throw Error::of("{} is not the writer's own", path);
    if (S_ISDIR(status.st_mode))
      take_directory(dir, name, path, depth);
    else if (S_ISLNK(status.st_mode))
      take_link(dir, name, path, depth);
    else if (S_ISREG(status.st_mode) && status.st_nlink == 1)
      take_file(dir, name, path);
    else
      throw Error::of("{} is neither a directory, a plain file of its own nor a link", path);
  }

  // Targets of absolute links, a line each: whether they are allowed depends on the overlay.
  const std::string& absolute_links() const { return absolute_links_; }

 private:
  void take_directory(int dir, const std::string& name, const std::string& path, int depth) {
    if (depth > max_depth) throw Error::of("{} is nested too deeply", path);
    const Fd fd = open_dir_at(dir, name);
    for (const auto& entry : list_dir(fd.get()))
      take(fd.get(), entry, path + "/" + printable(entry, 255), depth + 1);
    own(fd, 0755, path);
  }

  void take_file(int dir, const std::string& name, const std::string& path) {
    const Fd fd(check(openat(dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
                      "cannot open {}", path));
    struct stat status {};
    check(fstat(fd.get(), &status), "cannot look at {}", path);
    own(fd, (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644, path);
  }

  // Owner first: a change of owner takes special bits away, and the mode is set from nothing.
  void own(const Fd& fd, mode_t mode, const std::string& path) const {
    for (const char* list : {"system.posix_acl_access", "system.posix_acl_default"})
      if (fremovexattr(fd.get(), list) != 0 && errno != ENODATA && errno != EOPNOTSUPP)
        fail_with_errno(fmt::format("cannot remove access lists of {}", path));
    check(fchown(fd.get(), ownership_.uid, ownership_.gid), "cannot hand over {}", path);
    check(fchmod(fd.get(), mode & ~ownership_.umask), "cannot set the mode of {}", path);
  }

  void take_link(int dir, const std::string& name, const std::string& path, int depth) {
    char target[PATH_MAX];
    const ssize_t size =
        check(readlinkat(dir, name.c_str(), target, sizeof target), "cannot read link {}", path);
    check_link({target, static_cast<size_t>(size)}, path, depth);
    check(fchownat(dir, name.c_str(), ownership_.uid, ownership_.gid, AT_SYMLINK_NOFOLLOW),
          "cannot hand over {}", path);
  }

  // ".." is exact only at the start, where it climbs real directories; behind a name it could climb
  // out of where another link leads.
  void check_link(std::string_view target, const std::string& path, int depth) {
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

  Ownership ownership_;
  uid_t writer_;
  std::string absolute_links_;
};

// Checks one tree in `folder`, and puts beside the trees what goes with it. False if the store has
// it already.
bool prepare(const Fd& trees, const Fd& folder, const Delivery& delivery, uid_t writer) {
  if (faccessat(trees.get(), delivery.name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return false;
  Acceptance acceptance(delivery, writer);
  acceptance.take(folder.get(), delivery.name, delivery.name, 0);
  if (!acceptance.absolute_links().empty())
    write_file_at(trees.get(), delivery.name + ".links", acceptance.absolute_links(), 0644,
                  Durability::lazy);
  return true;
}

// Checks what is in the folder `incoming` of `trees` and moves it beside the trees that are there.
Refusals take_over(const Fd& trees, const std::string& incoming,
                   const std::vector<Delivery>& deliveries, uid_t writer) {
  const Fd folder = open_dir_at(trees.get(), incoming);
  check(fchown(folder.get(), 0, 0), "cannot take over {}", incoming);
  check(fchmod(folder.get(), 0700), "cannot take over {}", incoming);
  Refusals refusals;
  std::vector<std::string> good;
  for (const auto& delivery : deliveries) {
    try {
      if (prepare(trees, folder, delivery, writer)) good.push_back(delivery.name);
    } catch (const Error& error) {
      refusals[delivery.name] = error.what();
    }
  }
  check(syncfs(folder.get()), "cannot write trees to the disk");
  for (const auto& name : good)
    check(renameat2(folder.get(), name.c_str(), trees.get(), name.c_str(), RENAME_NOREPLACE),
          "cannot put tree {} in place", name);
  check(fsync(trees.get()), "cannot write trees to the disk");
  return refusals;
}

}  // namespace

Refusals accept_deliveries(const TreeStore& store, const std::string& delivered,
                           const std::vector<Delivery>& deliveries, uid_t writer) {
  const Fd trees = open_dir(store.folder());
  // out of the writer's reach by name before anything is looked at
  const std::string incoming = ".incoming-" + file_name(delivered);
  remove_tree_at(trees.get(), incoming);
  check(renameat(AT_FDCWD, delivered.c_str(), trees.get(), incoming.c_str()), "cannot take over {}",
        delivered);
  Refusals refusals;
  try {
    refusals = take_over(trees, incoming, deliveries, writer);
  } catch (...) {
    remove_tree_at(trees.get(), incoming);
    throw;
  }
  remove_tree_at(trees.get(), incoming);
  return refusals;
}

}  // namespace overlayd
