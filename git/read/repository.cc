#include "git/read/repository.h"

#include <fcntl.h>

#include <array>

#include "base/file.h"
#include "base/text.h"

namespace overlayd::git {
namespace {

constexpr size_t mebibyte = 1 << 20;

// Once per process. Only the mirror's own configuration counts, and it belongs to whom it belongs.
void set_up_library() {
  static const int count = git_libgit2_init();
  if (count != 1) return;
  check_git(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0), "cannot set up libgit2");
  check_git(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1), "cannot set up libgit2");
  git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(32 * mebibyte));
#ifdef HAVE_PACK_MAX_OBJECT_SIZE
  git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, 512 * mebibyte);
#endif
  for (const int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
                          GIT_CONFIG_LEVEL_PROGRAMDATA})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  std::array<const char*, 1> extensions{"partialclone"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
}

// Complaints of these parts of libgit2 are about the files of the repository; those of others may
// be about what somebody committed.
bool is_damage(int part) {
  return part == GIT_ERROR_ODB || part == GIT_ERROR_ZLIB || part == GIT_ERROR_REPOSITORY ||
         part == GIT_ERROR_REFERENCE || part == GIT_ERROR_CONFIG || part == GIT_ERROR_SHA;
}

// Complaints of these are about an object that was written as it is: its hash is right.
bool is_content(int part) {
  return part == GIT_ERROR_TREE || part == GIT_ERROR_OBJECT || part == GIT_ERROR_TAG ||
         part == GIT_ERROR_INVALID;
}

EntryKind kind_of_mode(unsigned mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return EntryKind::directory;
    case GIT_FILEMODE_LINK:
      return EntryKind::symlink;
    case GIT_FILEMODE_COMMIT:
      return EntryKind::submodule;
    default:
      return (mode & 0111U) != 0 ? EntryKind::executable : EntryKind::file;
  }
}

[[noreturn]] void refuse_as_file(const git_oid& oid) {
  throw KnownFailure(FailureKind::refused, fmt::format("object {} is not a file", text_of(oid)));
}

TreeEntry convert(const git_tree_entry* entry) {
  TreeEntry result;
  result.name = git_tree_entry_name(entry);
  result.mode = static_cast<unsigned>(git_tree_entry_filemode_raw(entry));
  result.kind = kind_of_mode(static_cast<unsigned>(git_tree_entry_filemode(entry)));
  git_oid_cpy(&result.oid, git_tree_entry_id(entry));
  return result;
}

}  // namespace

void fail_with_git_error(std::string_view doing) {
  const git_error* error = git_error_last();
  if (error == nullptr || error->message == nullptr) throw Error::of("{}: unknown error", doing);
  if (is_content(error->klass))
    throw KnownFailure(
        FailureKind::refused,
        fmt::format("{}: what was committed is not well formed: {}", doing, error->message));
  throw KnownFailure(is_damage(error->klass) ? FailureKind::damaged : FailureKind::internal,
                     fmt::format("{}: {}", doing, error->message));
}

void check_git(int result, std::string_view doing) {
  if (result < 0) fail_with_git_error(doing);
}

git_oid parse_oid(const Oid& oid) {
  git_oid result{};
  if (oid.size() != 2 * sizeof result.id)
    throw Error::of("{} is an id of a kind that is not supported", printable(oid, 100));
  check_git(git_oid_fromstr(&result, oid.c_str()), "cannot understand an object id");
  return result;
}

Oid text_of(const git_oid& oid) {
  std::string text(2 * sizeof oid.id, '\0');
  git_oid_fmt(text.data(), &oid);
  return text;
}

Repository::Repository(const std::string& path) {
  set_up_library();
  if (git_repository_open_bare(out(repository_), path.c_str()) < 0) {
    const git_error* error = git_error_last();
    throw KnownFailure(FailureKind::damaged,
                       fmt::format("cannot open the mirror {}: {}", path,
                                   error == nullptr ? "unknown error" : error->message));
  }
  check_git(git_repository_odb(out(odb_), repository_.get()), "cannot open the mirror's objects");
}

Commit Repository::commit(const git_oid& oid) const {
  Commit commit;
  check_found(git_commit_lookup(out(commit), repository_.get(), &oid), oid);
  return commit;
}

Tree Repository::tree(const git_oid& oid) const {
  Tree tree;
  check_found(git_tree_lookup(out(tree), repository_.get(), &oid), oid);
  return tree;
}

std::vector<TreeEntry> Repository::entries(const git_oid& oid) const {
  const Tree listed = tree(oid);
  const size_t count = git_tree_entrycount(listed.get());
  std::vector<TreeEntry> result;
  result.reserve(count);
  for (size_t i = 0; i < count; i++)
    result.push_back(convert(git_tree_entry_byindex(listed.get(), i)));
  return result;
}

size_t Repository::blob_size(const git_oid& oid) const {
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  check_found(git_odb_read_header(&size, &type, odb_.get(), &oid), oid);
  if (type != GIT_OBJECT_BLOB) refuse_as_file(oid);
  return size;
}

RawObject Repository::blob(const git_oid& oid) const {
  RawObject object;
  check_found(git_odb_read(out(object), odb_.get(), &oid), oid);
  if (git_odb_object_type(object.get()) != GIT_OBJECT_BLOB) refuse_as_file(oid);
  return object;
}

// Not found although an index names it: then the pack is not what it was.
void Repository::check_found(int result, const git_oid& oid) const {
  if (result == GIT_ENOTFOUND && has(oid))
    throw KnownFailure(FailureKind::damaged, fmt::format("object {} is spoilt", text_of(oid)));
  if (result == GIT_ENOTFOUND) throw ObjectMissing(text_of(oid));
  check_git(result, "cannot read object " + text_of(oid));
}

bool Repository::has(const git_oid& oid) const {
  return git_odb_exists_ext(odb_.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

void Repository::refresh() const {
  check_git(git_odb_refresh(odb_.get()), "cannot look for new objects");
}

std::set<Oid> Repository::shallow_edge() const {
  const std::string file = std::string(git_repository_path(repository_.get())) + "shallow";
  std::set<Oid> edge;
  for (const auto& line : split(read_file_if_any(AT_FDCWD, file).value_or(""), '\n'))
    if (is_oid(line)) edge.insert(line);
  return edge;
}

Resolution Repository::absence() const {
  return shallow_edge().empty() ? Resolution::unknown : Resolution::not_fetched;
}

TreeEntry entry_of(const Tree& tree, const std::string& name) {
  const git_tree_entry* found = nullptr;
  for (size_t i = 0; i < git_tree_entrycount(tree.get()); i++) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    if (name != git_tree_entry_name(entry)) continue;
    if (found != nullptr)
      throw KnownFailure(FailureKind::refused, fmt::format("{} is there twice", printable(name)));
    found = entry;
  }
  return found == nullptr ? TreeEntry{} : convert(found);
}

}  // namespace overlayd::git
