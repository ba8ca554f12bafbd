// The store of trees: immutable directories and files, named by what is in them and whose they are.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "git/messages.h"

namespace overlayd {

// To whom the files of a tree belong, and what their modes lack.
struct Ownership {
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t umask = 0022;

  bool operator==(const Ownership&) const = default;
};

// "<oid>-<upstream>-<uid>-<gid>-<umask>", and "x" at the end for an executable file: the whole
// identity of a tree, so that equal names mean equal content. `upstream` is the URL, and a hash of
// it is in the name: that the content is what its id says is the word of an overlayd-git that was
// fed by this upstream. Were that a lie, it would be one to the services of this upstream only.
std::string tree_name(const git::Oid& oid, git::EntryKind kind, const std::string& upstream,
                      const Ownership& ownership);

class TreeStore {
 public:
  explicit TreeStore(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  std::string around() const { return parent_path(folder_); }  // with all else that is overlayd's
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  // The same for trees by what they are shown as.
  std::map<std::string, std::string> paths(const std::map<std::string, std::string>& names) const;
  bool has(const std::string& name) const;

  // Throws Error if an absolute symbolic link in tree `name` leads out of an overlay at `local`.
  void check_links(const std::string& name, const std::string& local) const;

 private:
  std::string folder_;
};

}  // namespace overlayd
