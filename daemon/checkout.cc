#include "daemon/checkout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

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
        "cannot keep checkouts in {}: it must belong to root and be writable for root "
        "only",
        path);
}

// The folder and the one around it, made if missing. Further up they must exist: "/tmp" does.
Fd open_folder(const std::string& folder) {
  const std::string around = parent_path(folder);
  Fd dir = open_dir(path_of_fd(open_path(parent_path(around)).get()) + "/.");
  for (const auto& path : {around, folder}) {
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

}  // namespace

void make_checkout(const std::string& folder, const std::string& commit,
                   const CheckoutLinks& links) {
  const Fd dir = open_folder(folder);
  const auto whole = links.find(".");
  if (whole != links.end()) return replace_symlink_at(dir.get(), commit, whole->second);
  const Fd checkout = make_dir_at(dir.get(), commit, 0755);
  for (const auto& [link, tree] : links)
    if (!lies_in_another(link, links)) add_link(checkout, link, tree);
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
