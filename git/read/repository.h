// The mirror as libgit2 sees it. Everything in it is hostile; nothing of it is trusted but its ids.
#pragma once

#include <git2.h>

#include <set>
#include <string>
#include <vector>

#include "base/handle.h"
#include "git/failure.h"
#include "git/messages.h"

namespace overlayd::git {

using Commit = Handle<git_commit, git_commit_free>;
using Tree = Handle<git_tree, git_tree_free>;
using Object = Handle<git_object, git_object_free>;
using RawObject = Handle<git_odb_object, git_odb_object_free>;

// An object is not in the mirror: not fetched, or beyond the shallow edge.
class ObjectMissing : public KnownFailure {
 public:
  explicit ObjectMissing(const Oid& oid)
      : KnownFailure(FailureKind::internal, "object " + oid + " is not in the mirror") {}
};

// Throws for the last error of libgit2: KnownFailure (refused) for an object that cannot be parsed.
[[noreturn]] void fail_with_git_error(std::string_view doing);
// For calls of libgit2 that return a negative code. ENOENT has no meaning of its own here.
void check_git(int result, std::string_view doing);

git_oid parse_oid(const Oid& oid);
Oid text_of(const git_oid& oid);

struct TreeEntry {
  std::string name;   // hostile: may be "..", hold control characters, appear twice
  unsigned mode = 0;  // as it is in the tree, odd ones too
  EntryKind kind = EntryKind::missing;
  git_oid oid{};
};

class Repository {
 public:
  // Opens the bare repository at `path`; throws KnownFailure (damaged).
  explicit Repository(const std::string& path);

  git_repository* raw() const { return repository_.get(); }

  // These throw ObjectMissing, and KnownFailure (refused) for what is none of that kind.
  Commit commit(const git_oid& oid) const;
  Tree tree(const git_oid& oid) const;
  std::vector<TreeEntry> entries(const git_oid& tree) const;
  // Size in bytes, without loading it.
  size_t blob_size(const git_oid& oid) const;
  RawObject blob(const git_oid& oid) const;

  bool has(const git_oid& oid) const;
  // Looks for packs that were added since.
  void refresh() const;

  // Commits whose parents were left out by a shallow fetch.
  std::set<Oid> shallow_edge() const;
  // What it means that something cannot be found.
  Resolution absence() const;

 private:
  void check_found(int result, const git_oid& oid) const;

  Handle<git_repository, git_repository_free> repository_;
  Handle<git_odb, git_odb_free> odb_;
};

// The entry `name` of a tree; kind is missing if there is none. Looks at all of them: a search
// takes a tree to be sorted, and finds one of two. Throws KnownFailure (refused) if it is there
// twice.
TreeEntry entry_of(const Tree& tree, const std::string& name);

}  // namespace overlayd::git
