#include "git/read/content_rules.h"

#include <strings.h>

#include <algorithm>
#include <climits>

#include "base/path.h"
#include "base/text.h"

namespace overlayd::git {
namespace {

std::vector<std::string> components(std::string_view path) {
  auto parts = split(path, '/');
  std::erase_if(parts, [](const std::string& part) { return part.empty() || part == "."; });
  return parts;
}

}  // namespace

std::string fault_of_name(std::string_view name) {
  if (name.empty()) return "has an empty name";
  if (name == "." || name == "..") return "is no name for a file";
  if (name.find('/') != std::string_view::npos) return "has a slash in its name";
  if (name.size() > NAME_MAX) return "has a name that is too long";
  if (has_control_character(name)) return "has a control character in its name";
  if (strcasecmp(std::string(name).c_str(), ".git") == 0)
    return "is a name that Git keeps for itself";
  return "";
}

bool stays_inside(std::string_view target, size_t depth, const std::vector<std::string>& locals) {
  if (target.empty() || target.size() >= PATH_MAX) return false;
  if (has_control_character(target)) return false;
  const auto parts = components(target);
  const auto first_down = std::find_if(parts.begin(), parts.end(),
                                       [](const std::string& part) { return part != ".."; });
  if (std::find(first_down, parts.end(), "..") != parts.end()) return false;
  const auto ups = static_cast<size_t>(first_down - parts.begin());
  if (!target.starts_with('/')) return ups <= depth;
  const std::string normal = "/" + join(parts, "/");
  return ups == 0 && std::any_of(locals.begin(), locals.end(), [&](const std::string& local) {
           return is_at_or_below(normal, local);
         });
}

bool is_lfs_pointer(std::string_view content) {
  constexpr size_t max_pointer_bytes = 1024;
  return content.size() < max_pointer_bytes &&
         content.starts_with("version https://git-lfs.github.com/spec/");
}

}  // namespace overlayd::git
