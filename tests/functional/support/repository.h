// A real upstream: a bare repository, and a working copy from which commits are pushed into it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {

class UpstreamRepository {
 public:
  // Both stand in `temp`: <name>.git and <name>.work. The server may leave blobs out.
  UpstreamRepository(const TempDir& temp, const std::string& name = "upstream");

  const std::string& path() const { return bare_; }
  std::string url() const { return "file://" + bare_; }

  // Writes the files, commits them (with everything before) and pushes; returns the commit's id.
  std::string push(const std::map<std::string, std::string>& files,
                   const std::string& branch = "main");
  // Starts `branch` anew without any history.
  std::string push_unrelated(const std::map<std::string, std::string>& files,
                             const std::string& branch = "main");
  // Takes the last commit back, and pushes another in its place.
  std::string push_amended(const std::map<std::string, std::string>& files);
  // Runs git in the bare repository; returns its output without the last newline.
  std::string git(const std::vector<std::string>& arguments, const std::string& input = "") const;

  // For content that `git add` would not take. Each returns an id.
  std::string blob(const std::string& content) const;
  // `lines` as git ls-tree shows them: "100644 blob <id>\t<name>". Nothing in them is checked.
  std::string tree(const std::vector<std::string>& lines) const;
  // A tree of entries with any mode and any name, unsorted and repeated ones too.
  struct Item {
    std::string mode;
    std::string name;
    std::string id;
  };
  std::string raw_tree(const std::vector<Item>& items) const;
  // Makes `branch` point at a new commit of this tree.
  std::string commit_tree(const std::string& tree, const std::string& branch = "main") const;

 private:
  std::string work(const std::vector<std::string>& arguments) const;
  void write(const std::map<std::string, std::string>& files) const;
  std::string publish(const std::string& branch) const;

  std::string bare_;
  std::string work_;
};

}  // namespace overlayd::test
