// Whole-file reads and crash-safe writes, relative to a directory descriptor where it matters.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace overlayd {

enum class Durability {
  lazy,  // a power cut leaves the old or the new content whole; which one is open
  now    // on the disk when the call returns
};

// Until its end; a pipe may take its time. `name` is what messages call it.
std::string read_all(int fd, const std::string& name, size_t max_bytes,
                     size_t expected_bytes = 1 << 16);

// Throws SystemError; ENOENT among them. Refuses files over `max_bytes`.
std::string read_file(const std::string& path, size_t max_bytes = 16 << 20);
std::string read_file_at(int dir, const std::string& name, size_t max_bytes = 16 << 20);
// The same, but none if there is no such file.
std::optional<std::string> read_file_if_any(int dir, const std::string& name);

// Replaces `name` in one step: readers see the old or the new content whole.
void write_file_at(int dir, const std::string& name, std::string_view content, mode_t mode,
                   Durability durability);

// Makes `name` a symbolic link to `target` in one step, whatever file or link was there before. A
// directory of that name is an error (EISDIR). Works in directories that everybody may write to.
void replace_symlink_at(int dir, const std::string& name, const std::string& target);
// Whether it is what a kill right in the middle of that leaves.
bool is_unfinished_link(std::string_view name);

void write_all(int fd, std::string_view content);

// Opens a directory, without following a link in the last component.
Fd open_dir(const std::string& path);
Fd open_dir_at(int dir, const std::string& name);
// Makes it with `mode` if it is missing; parents must exist.
Fd make_dir_at(int dir, const std::string& name, mode_t mode);
// Names of all entries but "." and "..", sorted.
std::vector<std::string> list_dir(int dir);

// Removes `name` and everything below it, however deep. Never follows a link and never crosses into
// a mount: that is an error. Nothing there is not. May take long.
void remove_tree_at(int dir, const std::string& name);

}  // namespace overlayd
