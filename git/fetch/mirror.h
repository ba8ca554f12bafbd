// The bare, shallow, blob-less repository as files: what has to be right before git may work in it.
//
// One process at a time works on a mirror (the daemon sees to that), and it holds nothing that
// cannot be fetched again: whatever a killed git left behind is simply removed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace overlayd::git {

class Mirror {
 public:
  explicit Mirror(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  // A folder inside it for files of ours: configuration that git and ssh read, and their HOME.
  std::string own_folder() const { return path_ + "/overlayd"; }
  // An empty folder in there.
  std::string empty_folder() const { return own_folder() + "/empty"; }

  // Makes an empty repository of an empty folder; completes one that is not whole.
  void prepare();
  // Writes the repository's own configuration, and the files of ours; nothing is touched that is as
  // it should be.
  void configure(std::string_view config, const std::map<std::string, std::string>& own_files);
  // Removes locks and half-written files of a git that was killed.
  void remove_leftovers();
  // False if a pack is not the one that its index was made of: nothing here waits for the disk, so
  // a power failure can cut a file short.
  bool packs_are_whole() const;

  // What refs/remotes/origin/`branch` holds, as text; empty if there is no such file.
  std::string tip(const std::string& branch) const;
  std::vector<std::string> tips(const std::vector<std::string>& branches) const;
  // The shallow edge; empty if all history is there.
  std::string edge() const;
  size_t pack_count() const;

 private:
  std::string path_;
};

}  // namespace overlayd::git
