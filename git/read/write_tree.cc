#include "git/read/write_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "git/limits.h"
#include "git/read/census.h"
#include "git/read/content_rules.h"

namespace overlayd::git {
namespace {

constexpr mode_t directory_mode = 0755;
constexpr size_t max_error_length = 2000;

// The content is at fault, not the machine.
template <typename... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw KnownFailure(FailureKind::refused, fmt::format(format, std::forward<Args>(args)...));
}

// Where an entry goes, and what it is called towards people.
struct Place {
  int dir = -1;
  std::string name;
  std::string path;  // within the tree, for people; empty for the tree itself
  size_t depth = 0;  // of `dir`, below the root of the tree

  bool is_root() const { return path.empty(); }
  std::string shown() const { return is_root() ? "it" : path; }
};

void check_mode(const TreeEntry& entry, const std::string& path) {
  constexpr unsigned group_writable = 0100664;  // what Git wrote in its first months
  if (entry.mode != GIT_FILEMODE_TREE && entry.mode != GIT_FILEMODE_BLOB &&
      entry.mode != GIT_FILEMODE_BLOB_EXECUTABLE && entry.mode != GIT_FILEMODE_LINK &&
      entry.mode != GIT_FILEMODE_COMMIT && entry.mode != group_writable)
    refuse(
        "{} has the mode {:o}: only plain files, directories and symbolic links are put in place",
        path, entry.mode);
}

class TreeWriter {
 public:
  TreeWriter(const Repository& repository, const std::vector<std::string>& locals,
             SignOfLife& sign_of_life)
      : repository_(repository), locals_(locals), sign_of_life_(sign_of_life) {}

  void write(const git_oid& oid, EntryKind kind, const Place& place) {
    sign_of_life_.give();
    switch (kind) {
      case EntryKind::directory:
        return write_directory(oid, place);
      case EntryKind::file:
        return write_file(oid, 0644, place);
      case EntryKind::executable:
        return write_file(oid, 0755, place);
      case EntryKind::symlink:
        return write_symlink(oid, place);
      case EntryKind::submodule:
        refuse("{} is a submodule: put its files into the repository itself", place.shown());
      case EntryKind::missing:
        refuse("{} is nothing", place.shown());
    }
  }

 private:
  void write_directory(const git_oid& oid, const Place& place) {
    create(mkdirat(place.dir, place.name.c_str(), directory_mode), place);
    const Fd dir = open_dir_at(place.dir, place.name);
    check(fchmod(dir.get(), directory_mode), "cannot set the mode of {}", place.shown());
    for (const auto& entry : repository_.entries(oid)) {
      const std::string shown = printable(entry.name, 300);
      const Place below{.dir = dir.get(),
                        .name = entry.name,
                        .path = place.is_root() ? shown : place.path + "/" + shown,
                        .depth = place.is_root() ? 0 : place.depth + 1};
      const std::string fault = fault_of_name(entry.name);
      if (!fault.empty()) refuse("{} {}", below.path, fault);
      check_mode(entry, below.path);
      write(entry.oid, entry.kind, below);
    }
  }

  void write_file(const git_oid& oid, mode_t mode, const Place& place) {
    const RawObject blob = read_blob(oid, max_file_bytes, place);
    const std::string_view content = content_of(blob);
    if (is_lfs_pointer(content))
      refuse("{} is kept in Git LFS and only a pointer to it is here: commit the file itself",
             place.shown());
    const Fd fd(create(openat(place.dir, place.name.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
                       place));
    try {
      write_all(fd.get(), content);
    } catch (const SystemError& error) {
      throw SystemError(error.code(), fmt::format("cannot write {}", place.shown()));
    }
    check(fchmod(fd.get(), mode), "cannot set the mode of {}", place.shown());
  }

  void write_symlink(const git_oid& oid, const Place& place) {
    if (place.is_root())
      refuse("it is a symbolic link: only directories and files can be put in place");
    constexpr size_t max_target_bytes = 4096;
    const RawObject blob = read_blob(oid, max_target_bytes, place);
    const std::string target(content_of(blob));
    if (has_control_character(target))
      refuse("{} -> {} has a control character in its target", place.shown(),
             printable(target, 300));
    if (!stays_inside(target, place.depth, locals_))
      refuse("{} -> {} leads out of the overlay", place.shown(), printable(target, 300));
    create(symlinkat(target.c_str(), place.dir, place.name.c_str()), place);
  }

  RawObject read_blob(const git_oid& oid, size_t limit, const Place& place) {
    try {
      const size_t size = repository_.blob_size(oid);
      if (size > limit) refuse("{} is larger than {} bytes", place.shown(), limit);
      total_bytes_ += size;
      if (total_bytes_ > max_total_bytes) refuse("it is larger than {} bytes", max_total_bytes);
      return repository_.blob(oid);
    } catch (const ObjectMissing&) {
      throw Error::of("the content of {} has not been fetched", place.shown());
    }
  }

  static std::string_view content_of(const RawObject& blob) {
    return {static_cast<const char*>(git_odb_object_data(blob.get())),
            git_odb_object_size(blob.get())};
  }

  // A name that is there already came from this very tree: nothing is ever written through it.
  static int create(int result, const Place& place) {
    if (result < 0 && errno == EEXIST) refuse("{} is there twice", place.shown());
    return check(result, "cannot create {}", place.shown());
  }

  const Repository& repository_;
  const std::vector<std::string>& locals_;
  SignOfLife& sign_of_life_;
  uint64_t total_bytes_ = 0;
};

void check_size(const Repository& repository, const git_oid& oid, EntryKind kind) {
  if (kind == EntryKind::directory && count_entries(repository, oid) > max_entries)
    refuse("it has more than {} files, or more than {} levels", max_entries, max_tree_depth);
}

void check_free(int staging, const std::string& name) {
  const std::string fault = fault_of_name(name);
  if (!fault.empty()) throw Error::of("{} {}", printable(name, 300), fault);
  struct stat status {};
  if (fstatat(staging, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    throw SystemError(EEXIST, fmt::format("cannot write {}", name));
}

FailureKind kind_of(const Error& error) {
  if (const auto* known = dynamic_cast<const KnownFailure*>(&error)) return known->kind();
  const auto* system = dynamic_cast<const SystemError*>(&error);
  // file systems have limits of their own: for the target of a link, say
  return system != nullptr && system->code() == ENAMETOOLONG ? FailureKind::refused
                                                             : FailureKind::internal;
}

}  // namespace

Written write_tree(const Repository& repository, int staging, const WriteTree& request,
                   SignOfLife& sign_of_life) {
  check_free(staging, request.name);
  try {
    const git_oid oid = parse_oid(request.oid);
    check_size(repository, oid, request.kind);
    TreeWriter(repository, request.locals, sign_of_life)
        .write(oid, request.kind, {.dir = staging, .name = request.name, .path = "", .depth = 0});
    return {};
  } catch (const Error& error) {
    remove_tree_at(staging, request.name);
    if (kind_of(error) == FailureKind::damaged) throw;
    return {.error = printable(error.what(), max_error_length),
            .refused = kind_of(error) == FailureKind::refused};
  }
}

}  // namespace overlayd::git
