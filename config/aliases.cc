#include "config/aliases.h"

#include <fmt/core.h>

#include <array>
#include <string_view>

#include "base/path.h"

namespace overlayd {
namespace {

struct Alias {
  std::string_view path;
  std::string_view target;
};

constexpr std::array<Alias, 9> aliases = {{{"/bin", "/usr/bin"},
                                           {"/lib", "/usr/lib"},
                                           {"/lib32", "/usr/lib32"},
                                           {"/lib64", "/usr/lib64"},
                                           {"/libx32", "/usr/libx32"},
                                           {"/sbin", "/usr/sbin"},
                                           {"/var/lock", "/run/lock"},
                                           {"/var/run", "/run"},
                                           {"/var/spool/mail", "/var/mail"}}};

}  // namespace

std::string resolve_alias(const std::string& path) {
  for (const auto& [alias, target] : aliases)
    if (is_at_or_below(path, alias)) return std::string(target) + path.substr(alias.size());
  return path;
}

std::string quoted_path(const std::string& path) {
  const std::string target = resolve_alias(path);
  return target == path ? fmt::format("'{}'", path)
                        : fmt::format("'{}' (the same as '{}')", path, target);
}

}  // namespace overlayd
