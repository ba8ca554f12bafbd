#include "daemon/trees/trees.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/text.h"

namespace overlayd {

std::string tree_name(const git::Oid& oid, git::EntryKind kind, const std::string& upstream,
                      const Ownership& ownership) {
  return fmt::format("{}-{:016x}-{}-{}-{:04o}{}", oid, hash(upstream), ownership.uid, ownership.gid,
                     ownership.umask, kind == git::EntryKind::executable ? "x" : "");
}

std::map<std::string, std::string> TreeStore::paths(
    const std::map<std::string, std::string>& names) const {
  std::map<std::string, std::string> paths;
  for (const auto& [shown_as, name] : names) paths[shown_as] = path(name);
  return paths;
}

bool TreeStore::has(const std::string& name) const {
  return faccessat(-1, path(name).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void TreeStore::check_links(const std::string& name, const std::string& local) const {
  const Fd dir = open_dir(folder_);
  const auto links = read_file_if_any(dir.get(), name + ".links");
  if (!links) return;
  for (const auto& target : split(trim(*links), '\n'))
    if (!is_at_or_below(target, local))
      throw Error::of("a symbolic link to {} in it leads out of {}", printable(target), local);
}

}  // namespace overlayd
