#include "config/paths.h"

#include <algorithm>

#include "base/text.h"
#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

constexpr size_t max_path_bytes = 4095;
constexpr size_t max_name_bytes = 255;

void check_characters(std::string_view path) {
  if (has_control_character(path)) throw Rejected::because("'{}' has a control character", path);
  if (path.size() > max_path_bytes) throw Rejected::because("this path is too long");
}

void check_part(std::string_view path, const std::string& part) {
  if (part == "." || part == "..") throw Rejected::because("'{}' has a '{}' part", path, part);
  if (part.size() > max_name_bytes) throw Rejected::because("a part of this path is too long");
}

}  // namespace

std::string normalise_path(std::string_view path) {
  check_characters(path);
  if (path.empty()) throw Rejected("this path is empty");
  if (!path.starts_with('/'))
    throw Rejected(fmt::format("'{}' is not an absolute path", path),
                   path.find_first_of("~.$") == 0 ? "" : fmt::format("/{}", path));
  std::string result;
  for (const auto& part : split(path, '/')) {
    if (part.empty()) continue;
    check_part(path, part);
    result += "/" + part;
  }
  return result.empty() ? "/" : result;
}

std::string normalise_link(std::string_view link) {
  check_characters(link);
  if (link == ".") return ".";
  if (link.empty()) throw Rejected("this path is empty; the whole repository is '.'");
  if (link.starts_with('/')) {
    const auto start = std::min(link.find_first_not_of('/'), link.size());
    throw Rejected(fmt::format("'{}' must be relative to the repository's root", link),
                   std::string(link.substr(start)));
  }
  std::string_view path = link;
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const auto& part : split(path, '/')) {
    if (part.empty()) throw Rejected::because("'{}' has an empty part", link);
    check_part(link, part);
    if (lower_case(part) == ".git")
      throw Rejected::because("'{}' leads into Git's own files", link);
  }
  return std::string(path);
}

}  // namespace overlayd
