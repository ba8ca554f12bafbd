#include "daemon/steps/place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/steps/obstacle.h"
#include "mounts/table.h"
#include "mounts/underneath.h"

namespace overlayd {
namespace {

Fd open_parent(const std::string& path) { return open_path(parent_path(path)); }

void require_nothing_in_the_way(const Step& step, std::string_view verb) {
  if (const auto obstacle = obstacle_to(step))
    throw Advised(fmt::format("cannot {} {}: {}", verb, step.subject, obstacle->what),
                  obstacle->way_out);
}

Step step_of(const std::string& path, PathKind kind) {
  return {kind == PathKind::directory ? StepKind::directory : StepKind::file, path, "", ""};
}

// In the words of who wrote services.toml.
[[noreturn]] void fail_on_read_only(const std::string& path, const std::string& trees) {
  const std::string reason = std::strerror(EROFS);
  if (!covering_overlay(path, trees).empty())
    throw Error::of(
        "cannot create {} (it lies inside another overlay: add it to the repository "
        "there): {}",
        path, reason);
  throw Advised(fmt::format("cannot create {}: {}", path, reason),
                "findmnt --target " + parent_path(path));
}

void stays(const std::string& path, std::string_view reason) {
  log_line(LOG_DEBUG, fmt::format("{} stays: {}", path, reason));
}

// What is at `path`, in the directory `parent`.
void remove_from(const Fd& parent, const std::string& path, PathKind kind, bool covered) {
  const std::string name = file_name(path);
  struct stat status {};
  check(fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "cannot look at {}",
        path);
  const bool used = kind == PathKind::file && status.st_size > 0;
  const int flags = kind == PathKind::directory ? AT_REMOVEDIR : 0;
  if (!used && (unlinkat(parent.get(), name.c_str(), flags) == 0 || errno == ENOENT)) return;
  if (used || errno == ENOTEMPTY) return stays(path, "it is not empty");
  // if somebody else put this there, what we made lies underneath
  if (errno == EROFS) return stays(path, "it is on a read-only file system");
  if (errno == EBUSY && covered) return stays(path, "underneath, something else is mounted on it");
  if (errno == EBUSY) throw Error::of("cannot remove {}: it is in use as a mount point", path);
  fail_with_errno(fmt::format("cannot remove {}", path));
}

// Nothing can be made in an overlay: ours is what will be there when `overlay` has gone.
void remove_underneath(const std::string& overlay, const std::string& path, PathKind kind) {
  if (stack_at(overlay).size() > 1)
    return stays(path, "between it and the overlay something else is mounted");
  if (kind_underneath(overlay, path) == kind)
    remove_from(parent_underneath(overlay, path), path, kind, true);
}

}  // namespace

void make_place(const std::string& path, PathKind kind, const std::string& trees) {
  if (kind_of(path) == kind) return;
  const Fd parent = open_parent(path);
  const std::string name = file_name(path);
  // never by name again once it is made: whoever owns the parent could have put a link there
  Fd made;
  if (kind == PathKind::directory) {
    if (mkdirat(parent.get(), name.c_str(), 0755) == 0) made = open_dir_at(parent.get(), name);
  } else {
    made.reset(openat(parent.get(), name.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  }
  const mode_t mode = kind == PathKind::directory ? 0755 : 0644;
  const int result = made ? fchmod(made.get(), mode) : -1;
  const int code = errno;
  if (result != 0 && code == EEXIST) require_nothing_in_the_way(step_of(path, kind), "create");
  errno = code;
  if (result != 0 && errno == EROFS) fail_on_read_only(path, trees);
  if (result != 0) fail_with_errno(fmt::format("cannot create {}", path));
}

void remove_place(const std::string& path, PathKind kind, const std::string& trees) {
  const std::string overlay = covering_overlay(path, trees);
  if (!overlay.empty()) return remove_underneath(overlay, path, kind);
  if (kind_of(path) == kind) remove_from(open_parent(path), path, kind, false);
}

std::optional<std::string> link_target(const std::string& path) {
  return link_target_at(AT_FDCWD, path);
}

std::optional<std::string> link_target_at(int dir, const std::string& name) {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(dir, name.c_str(), target, sizeof target);
  if (size < 0) return std::nullopt;
  return std::string(target, static_cast<size_t>(size));
}

void make_link(const std::string& path, const std::string& target, const std::string& before,
               const std::string& store) {
  const auto present = link_target(path);
  if (present == target) return;
  const bool as_before = present && !before.empty() && *present == before;
  const bool ours = as_before || (present && is_at_or_below(*present, store));
  if (!ours) require_nothing_in_the_way({StepKind::link, path, target, ""}, "link");
  const Fd parent = open_parent(path);
  replace_symlink_at(parent.get(), file_name(path), target);
}

void remove_link(const std::string& path, const std::string& target) {
  if (link_target(path) != target) return;
  const Fd parent = open_parent(path);
  check(unlinkat(parent.get(), file_name(path).c_str(), 0), "cannot remove link {}", path);
}

}  // namespace overlayd
