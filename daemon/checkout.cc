#include "daemon/checkout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

namespace overlayd {
namespace {

void require_ours(const Fd& dir, const std::string& path) {
  struct stat status {};
  check(fstat(dir.get(), &status), "cannot look at {}", path);
  if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw Error::of(
        "cannot keep checkouts in {}: it is there, and does not belong to root alone; remove it or "
        "name another mount in services.toml",
        path);
}

// The folder and the one around it, made if missing. Further up they must exist: "/tmp" does.
Fd open_folder(const std::string& folder) {
  const std::string around = parent_path(folder);
  Fd dir = open_dir(path_of_fd(open_path(parent_path(around)).get()) + "/.");
  for (const auto& path : {around, folder}) {
    const PathKind kind = kind_of(path);
    if (kind != PathKind::missing && kind != PathKind::directory)
      throw Error::of("cannot keep checkouts in {}: {} is there", path, name_of(kind));
    dir = make_dir_at(dir.get(), file_name(path), 0755);
    require_ours(dir, path);
  }
  return dir;
}

bool lies_in_another(const std::string& link, const CheckoutLinks& links) {
  return std::any_of(links.begin(), links.end(), [&](const auto& other) {
    return other.first != link && is_at_or_below("/" + link, "/" + other.first);
  });
}

void add_link(const Fd& checkout, const std::string& link, const std::string& tree) {
  Fd dir(check(fcntl(checkout.get(), F_DUPFD_CLOEXEC, 3), "cannot keep a descriptor"));
  auto parts = split(link, '/');
  const std::string name = parts.back();
  parts.pop_back();
  for (const auto& part : parts) dir = make_dir_at(dir.get(), part, 0755);
  replace_symlink_at(dir.get(), name, tree);
}

// With all of the repository in it, a checkout is a link to its tree.
void fill(const Fd& dir, const std::string& name, const CheckoutLinks& links) {
  const auto whole = links.find(".");
  if (whole != links.end()) return replace_symlink_at(dir.get(), name, whole->second);
  const Fd checkout = make_dir_at(dir.get(), name, 0755);
  for (const auto& [link, tree] : links)
    if (!lies_in_another(link, links)) add_link(checkout, link, tree);
}

}  // namespace

// Made aside: what is there may be in use, with other links of the same commit.
void make_checkout(const std::string& folder, const std::string& commit,
                   const CheckoutLinks& links) {
  const Fd dir = open_folder(folder);
  const std::string fresh = ".new";
  remove_tree_at(dir.get(), fresh);
  fill(dir, fresh, links);
  const bool anew = faccessat(dir.get(), commit.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  check(renameat2(dir.get(), fresh.c_str(), dir.get(), commit.c_str(),
                  anew ? RENAME_EXCHANGE : RENAME_NOREPLACE),
        "cannot put the checkout {} in place", commit);
  remove_tree_at(dir.get(), fresh);
}

void switch_checkout(const std::string& folder, const std::string& commit) {
  const Fd dir = open_folder(folder);
  const std::string before = current_checkout(folder);
  if (before == commit) return;
  replace_symlink_at(dir.get(), "current", commit);
  for (const auto& name : list_dir(dir.get()))
    if (name != "current" && name != commit && name != before) remove_tree_at(dir.get(), name);
}

std::string current_checkout(const std::string& folder) {
  char target[256];
  const ssize_t size = readlink((folder + "/current").c_str(), target, sizeof target);
  return size < 0 ? "" : std::string(target, static_cast<size_t>(size));
}

void remove_checkouts(const std::string& folder) {
  if (kind_of(folder) != PathKind::directory) return;
  const Fd dir = open_folder(folder);
  for (const auto& name : list_dir(dir.get())) remove_tree_at(dir.get(), name);
  const std::string around = parent_path(folder);
  if (rmdir(folder.c_str()) != 0 && errno != ENOTEMPTY && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove {}", folder));
  rmdir(around.c_str());  // only if it is empty
}

}  // namespace overlayd
