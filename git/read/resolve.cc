#include "git/read/resolve.h"

#include <algorithm>

#include "base/text.h"

namespace overlayd::git {
namespace {

constexpr size_t max_subject_bytes = 1000;
constexpr size_t max_author_bytes = 500;

// What stands at `link` in the tree; links on the way are not followed.
Entry entry_at(const Repository& repository, const git_oid& root, const std::string& link) {
  if (link == ".") return {EntryKind::directory, text_of(root)};
  TreeEntry found;
  found.kind = EntryKind::directory;
  found.oid = root;
  for (const auto& part : split(link, '/')) {
    if (found.kind != EntryKind::directory) return {};
    found = entry_of(repository.tree(found.oid), part);
    if (found.kind == EntryKind::missing) return {};
  }
  return {found.kind, text_of(found.oid)};
}

std::vector<Entry> entries_in(const Repository& repository, const git_commit* commit,
                              const std::vector<std::string>& links) {
  std::vector<Entry> entries;
  entries.reserve(links.size());
  for (const auto& link : links)
    entries.push_back(entry_at(repository, *git_commit_tree_id(commit), link));
  return entries;
}

bool same(const std::vector<Entry>& a, const std::vector<Entry>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Entry& x, const Entry& y) {
    return x.kind == y.kind && x.oid == y.oid;
  });
}

std::string first_line(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  return std::string(text.substr(0, std::min(text.find('\n'), max_subject_bytes)));
}

std::string author_of(const git_commit* commit) {
  const git_signature* author = git_commit_author(commit);
  if (author == nullptr) return "";
  return fmt::format("{} <{}>", author->name, author->email).substr(0, max_author_bytes);
}

Resolved describe(const git_commit* commit, std::vector<Entry> entries) {
  return {.resolution = Resolution::found,
          .commit = text_of(*git_commit_id(commit)),
          .subject = first_line(git_commit_message(commit)),
          .author = author_of(commit),
          .time = static_cast<uint64_t>(std::max<git_time_t>(0, git_commit_time(commit))),
          .entries = std::move(entries)};
}

Resolved nothing(Resolution why) {
  Resolved result;
  result.resolution = why;
  return result;
}

// None if it is not in the mirror. Errors do not name the revision: whoever asked knows what it was
// before HEAD became an id.
Commit find_commit(const Repository& repository, const std::string& revision) {
  Object object;
  int result = git_revparse_single(out(object), repository.raw(), revision.c_str());
  if (result == GIT_ENOTFOUND) return nullptr;
  if (result == GIT_EAMBIGUOUS)
    throw Error("it stands for more than one object: give more of its digits");
  if (result == GIT_EINVALIDSPEC) throw Error("it is not a revision that Git understands");
  check_git(result, "cannot resolve it");
  Object peeled;
  result = git_object_peel(out(peeled), object.get(), GIT_OBJECT_COMMIT);
  if (result == GIT_ENOTFOUND) return nullptr;
  if (result == GIT_EPEEL || result == GIT_EINVALIDSPEC) throw Error("it is not a commit");
  check_git(result, "cannot resolve it");
  Commit commit;
  check_git(git_commit_dup(out(commit), reinterpret_cast<git_commit*>(peeled.get())),
            "cannot hold a commit");
  return commit;
}

// The nearest of the first parents that has other entries; none if there is no more history.
Resolved walk_back(const Repository& repository, const ResolveOlder& request) {
  const auto edge = repository.shallow_edge();
  Commit commit = repository.commit(parse_oid(request.commit));
  const auto present = entries_in(repository, commit.get(), request.links);
  for (;;) {
    // since 1.7, libgit2 hides the parents of commits at the edge; before, they cannot be found
    if (git_commit_parentcount(commit.get()) == 0)
      return nothing(edge.contains(text_of(*git_commit_id(commit.get()))) ? Resolution::not_fetched
                                                                          : Resolution::unknown);
    commit = repository.commit(*git_commit_parent_id(commit.get(), 0));
    auto entries = entries_in(repository, commit.get(), request.links);
    if (!same(entries, present)) return describe(commit.get(), std::move(entries));
  }
}

}  // namespace

Resolved resolve(const Repository& repository, const Resolve& request) {
  try {
    const Commit commit = find_commit(repository, request.revision);
    if (!commit) return nothing(repository.absence());
    return describe(commit.get(), entries_in(repository, commit.get(), request.links));
  } catch (const ObjectMissing&) {
    return nothing(Resolution::not_fetched);
  }
}

Resolved resolve_older(const Repository& repository, const ResolveOlder& request) {
  try {
    return walk_back(repository, request);
  } catch (const ObjectMissing&) {
    return nothing(Resolution::not_fetched);
  }
}

}  // namespace overlayd::git
