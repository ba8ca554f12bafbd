#include "daemon/steps/checkout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/steps/ageing.h"
#include "daemon/steps/own_directory.h"
#include "daemon/steps/place.h"
#include "git/messages.h"

namespace overlayd {
namespace {

constexpr const char* current = "current";
constexpr const char* checkout_in_the_making = ".overlayd.new";

constexpr size_t hash_digits = 8;

bool is_checkout_name(std::string_view name) {
  const size_t dash = std::min(name.find('-'), name.size());
  const auto links = name.substr(dash);
  return git::is_oid(name.substr(0, dash)) && links.size() == 1 + hash_digits &&
         links.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

bool is_our_name(const std::string& name) {
  return name == current || is_unfinished_link(name) || name == checkout_in_the_making ||
         is_checkout_name(name);
}

// Where a link leads; empty if there is no link.
std::string target_of(int dir, const std::string& link) {
  return link_target_at(dir, link).value_or("");
}

bool is_there(const Fd& dir, const std::string& name) {
  return faccessat(dir.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void require_ours(const Fd& dir, const std::string& path) {
  if (!is_roots_alone(dir, path))
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

bool is_complete(const Fd& dir, const std::string& name, const CheckoutLinks& links) {
  const auto whole = links.find(".");
  if (whole != links.end()) return target_of(dir.get(), name) == whole->second;
  return std::all_of(links.begin(), links.end(), [&](const auto& link) {
    return lies_in_another(link.first, links) ||
           target_of(dir.get(), name + "/" + link.first) == link.second;
  });
}

void require_our_current(const Fd& dir, const std::string& folder) {
  if (is_there(dir, current) && !is_checkout_name(target_of(dir.get(), current)))
    throw Error::of(
        "cannot use {}/{}: it is there, and overlayd did not make it; move it away, or name "
        "another mount in services.toml",
        folder, current);
}

}  // namespace

std::string checkout_name(const std::string& commit,
                          const std::map<std::string, std::string>& trees) {
  std::string text;
  for (const auto& [link, tree] : trees) text += fmt::format("{}\n{}\n", link, tree);
  return fmt::format("{}-{:0{}x}", commit, static_cast<uint32_t>(hash(text)), hash_digits);
}

// Made aside. The name says what is in it, so one that is complete stays as it is: it may be in
// use. One that somebody has damaged is exchanged as a whole.
void make_checkout(const std::string& folder, const std::string& name, const CheckoutLinks& links) {
  const Fd dir = open_folder(folder);
  keep_from_ageing(parent_path(folder));
  require_our_current(dir, folder);
  const std::string fresh = checkout_in_the_making;
  remove_tree_at(dir.get(), fresh);
  const bool anew = is_there(dir, name);
  if (anew && is_complete(dir, name, links)) return;
  fill(dir, fresh, links);
  check(renameat2(dir.get(), fresh.c_str(), dir.get(), name.c_str(),
                  anew ? RENAME_EXCHANGE : RENAME_NOREPLACE),
        "cannot put the checkout {} in place", name);
  remove_tree_at(dir.get(), fresh);
}

void switch_checkout(const std::string& folder, const std::string& name) {
  const Fd dir = open_folder(folder);
  require_our_current(dir, folder);
  const std::string before = current_checkout(folder);
  if (before == name) return;
  replace_symlink_at(dir.get(), current, name);
  for (const auto& other : list_dir(dir.get()))
    if (is_our_name(other) && other != current && other != name && other != before)
      remove_tree_at(dir.get(), other);
}

std::string current_checkout(const std::string& folder) {
  return target_of(AT_FDCWD, folder + "/" + current);
}

bool is_current_checkout(const std::string& folder, const std::string& name) {
  struct stat status {};
  return current_checkout(folder) == name && stat((folder + "/" + current).c_str(), &status) == 0 &&
         S_ISDIR(status.st_mode);
}

void remove_checkouts(const std::string& folder) {
  if (kind_of(folder) != PathKind::directory) return;
  const Fd dir = open_folder(folder);
  const bool ours = is_checkout_name(current_checkout(folder));
  for (const auto& name : list_dir(dir.get()))
    if (is_our_name(name) && (name != current || ours)) remove_tree_at(dir.get(), name);
  if (rmdir(folder.c_str()) == 0 || errno == ENOENT) return;
  if (errno != ENOTEMPTY) fail_with_errno(fmt::format("cannot remove {}", folder));
  log_line(LOG_DEBUG, fmt::format("{} stays: it is not empty", folder));
}

}  // namespace overlayd
