#include "git/fetch/mirror.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "git/messages.h"

namespace overlayd::git {
namespace {

constexpr mode_t folder_mode = 0755;
constexpr mode_t file_mode = 0644;

void write_if_other(int dir, const std::string& name, std::string_view content) {
  if (read_file_if_any(dir, name) != content)
    write_file_at(dir, name, content, file_mode, Durability::lazy);
}

bool is_dir(int dir, const std::string& name) {
  struct stat status {};
  return fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

// refs/**: a lock is a file beside the ref. A ref that is no id was cut short by a power failure.
void remove_bad_refs(int dir) {
  for (const auto& name : list_dir(dir)) {
    if (is_dir(dir, name))
      remove_bad_refs(open_dir_at(dir, name).get());
    else if (name.ends_with(".lock") || trim(read_file_at(dir, name)).empty())
      remove_tree_at(dir, name);
  }
}

// Packs under construction, marks against a garbage collection, and packs that never got an index.
void remove_unfinished_packs(int packs) {
  const auto names = list_dir(packs);
  for (const auto& name : names) {
    const std::string stem = name.substr(0, name.rfind('.'));
    const bool indexed = std::binary_search(names.begin(), names.end(), stem + ".idx");
    if (name.starts_with("tmp_") || name.starts_with(".tmp") || name.ends_with(".keep") || !indexed)
      remove_tree_at(packs, name);
  }
}

void remove_if(int dir, bool (*unwanted)(const std::string&)) {
  for (const auto& name : list_dir(dir))
    if (unwanted(name)) remove_tree_at(dir, name);
}

constexpr size_t hash_bytes = 20;

// The `hash_bytes` that stand `from_end` bytes before the end of a file; empty if it is too short
// or not there.
std::string read_near_end(int dir, const std::string& name, size_t from_end) {
  const Fd fd(openat(dir, name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return "";
  const auto size = static_cast<size_t>(lseek(fd.get(), 0, SEEK_END));
  std::string bytes(hash_bytes, '\0');
  const auto offset = static_cast<off_t>(size - from_end);
  const bool whole = size >= from_end && pread(fd.get(), bytes.data(), bytes.size(), offset) ==
                                             static_cast<ssize_t>(bytes.size());
  return whole ? bytes : std::string();
}

}  // namespace

void Mirror::prepare() {
  const Fd root = make_dir_at(AT_FDCWD, path_, folder_mode);
  const Fd objects = make_dir_at(root.get(), "objects", folder_mode);
  make_dir_at(objects.get(), "pack", folder_mode);
  make_dir_at(root.get(), "refs", folder_mode);
  const Fd ours = make_dir_at(root.get(), "overlayd", folder_mode);
  make_dir_at(ours.get(), "empty", folder_mode);
  // a branch that nothing ever puts there: HEAD means nothing in a mirror
  write_if_other(root.get(), "HEAD", "ref: refs/heads/none\n");
}

void Mirror::configure(std::string_view config,
                       const std::map<std::string, std::string>& own_files) {
  write_if_other(open_dir(path_).get(), "config", config);
  const Fd folder = open_dir(own_folder());
  for (const auto& [name, content] : own_files) write_if_other(folder.get(), name, content);
}

void Mirror::remove_leftovers() {
  const Fd root = open_dir(path_);
  remove_if(root.get(), [](const std::string& name) { return name.ends_with(".lock"); });
  remove_bad_refs(open_dir_at(root.get(), "refs").get());
  const Fd objects = open_dir_at(root.get(), "objects");
  remove_if(objects.get(), [](const std::string& name) { return name.starts_with("tmp_"); });
  remove_unfinished_packs(open_dir_at(objects.get(), "pack").get());
}

// A pack ends with its checksum; an index ends with the checksum of its pack and one of its own.
bool Mirror::packs_are_whole() const {
  const Fd packs = open_dir(path_ + "/objects/pack");
  for (const auto& name : list_dir(packs.get())) {
    if (!name.ends_with(".idx")) continue;
    const std::string pack = name.substr(0, name.rfind('.')) + ".pack";
    const std::string expected = read_near_end(packs.get(), name, 2 * hash_bytes);
    if (expected.empty() || read_near_end(packs.get(), pack, hash_bytes) != expected) return false;
  }
  return true;
}

std::string Mirror::tip(const std::string& branch) const {
  const std::string file = path_ + "/" + remote_branches + branch;
  // a folder if there is a branch below that name, and what not if the name is an odd one
  std::error_code none;
  if (!is_ref_name(branch) || !std::filesystem::is_regular_file(file, none)) return "";
  return read_file(file);
}

std::vector<std::string> Mirror::tips(const std::vector<std::string>& branches) const {
  std::vector<std::string> result;
  result.reserve(branches.size());
  for (const auto& branch : branches) result.push_back(tip(branch));
  return result;
}

std::string Mirror::edge() const {
  return read_file_if_any(AT_FDCWD, path_ + "/shallow").value_or("");
}

size_t Mirror::pack_count() const {
  const auto names = list_dir(open_dir(path_ + "/objects/pack").get());
  return static_cast<size_t>(std::count_if(
      names.begin(), names.end(), [](const auto& name) { return name.ends_with(".pack"); }));
}

}  // namespace overlayd::git
