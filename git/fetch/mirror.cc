#include "git/fetch/mirror.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

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

}  // namespace

void Mirror::prepare() {
  const Fd root = make_dir_at(AT_FDCWD, path_, folder_mode);
  const Fd objects = make_dir_at(root.get(), "objects", folder_mode);
  make_dir_at(objects.get(), "pack", folder_mode);
  make_dir_at(root.get(), "refs", folder_mode);
  make_dir_at(root.get(), "overlayd", folder_mode);
  // a branch that nothing ever puts there: HEAD means nothing in a mirror
  write_if_other(root.get(), "HEAD", "ref: refs/heads/none\n");
}

void Mirror::configure(std::string_view config,
                       const std::map<std::string, std::string>& private_files) {
  write_if_other(open_dir(path_).get(), "config", config);
  const Fd folder = open_dir(private_folder());
  for (const auto& [name, content] : private_files) write_if_other(folder.get(), name, content);
}

void Mirror::remove_leftovers() {
  const Fd root = open_dir(path_);
  remove_if(root.get(), [](const std::string& name) { return name.ends_with(".lock"); });
  remove_bad_refs(open_dir_at(root.get(), "refs").get());
  const Fd objects = open_dir_at(root.get(), "objects");
  remove_if(objects.get(), [](const std::string& name) { return name.starts_with("tmp_"); });
  remove_unfinished_packs(open_dir_at(objects.get(), "pack").get());
}

std::string Mirror::tip(const std::string& branch) const {
  return read_file_if_any(AT_FDCWD, path_ + "/" + tracking_ref(branch)).value_or("");
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

std::string tracking_ref(const std::string& branch) { return "refs/remotes/origin/" + branch; }

bool is_ref_name(std::string_view name) {
  constexpr size_t max_length = 1000;
  constexpr std::string_view forbidden = " ~^:?*[\\";
  if (name.empty() || name.size() > max_length || name == "@" || name.starts_with('-'))
    return false;
  if (name.find("..") != name.npos || name.find("@{") != name.npos || name.ends_with('.'))
    return false;
  for (const auto& part : split(name, '/'))
    if (part.empty() || part.starts_with('.') || part.ends_with(".lock")) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
           forbidden.find(c) == std::string_view::npos;
  });
}

}  // namespace overlayd::git
