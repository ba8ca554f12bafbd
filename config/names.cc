#include "config/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

constexpr std::array<std::string_view, 11> unit_suffixes = {
    ".service",   ".socket", ".timer", ".target", ".path",  ".mount",
    ".automount", ".swap",   ".slice", ".scope",  ".device"};
constexpr size_t max_unit_bytes = 255;
constexpr size_t max_name_bytes = 100;

std::string_view unit_suffix(std::string_view unit) {
  for (const auto suffix : unit_suffixes)
    if (unit.ends_with(suffix)) return suffix;
  return {};
}

bool is_package(std::string_view name) {
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  // "nginx-" asks apt to remove nginx
  return name.size() >= 2 && is_lower(name[0]) && !name.ends_with('-') &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_lower(c) || c == '+' || c == '.' || c == '-'; });
}

}  // namespace

std::string complete_unit(std::string_view service) {
  if (service.empty()) throw Rejected("the name of the unit is empty");
  if (!consists_of(service, ":_.-@\\"))
    throw Rejected::because("'{}' is not the name of a systemd unit", service);
  const auto suffix = unit_suffix(service);
  const auto stem = service.substr(0, service.size() - suffix.size());
  if (stem.empty() || stem.starts_with('@') || stem.starts_with('-') || stem.starts_with('.'))
    throw Rejected::because("'{}' is not the name of a systemd unit", service);
  if (stem.ends_with('@'))
    throw Rejected::because("'{}' is a template: name an instance, such as '{}NAME'", service,
                            stem);
  auto unit = fmt::format("{}{}", stem, suffix.empty() ? unit_suffixes[0] : suffix);
  if (unit.size() > max_unit_bytes) throw Rejected("the name of this unit is too long");
  return unit;
}

std::string default_name(const std::string& unit) {
  constexpr std::string_view suffix = ".service";
  return unit.ends_with(suffix) ? unit.substr(0, unit.size() - suffix.size()) : unit;
}

void check_name(std::string_view name) {
  if (name.empty()) throw Rejected("this name is empty");
  if (!consists_of(name, "@._-"))
    throw Rejected::because(
        "'{}' cannot be the name of a service: give it a 'name' of letters, "
        "digits, '@', '.', '_' and '-'",
        name);
  if (name.starts_with('-') || name.starts_with('.'))
    throw Rejected::because("'{}' cannot be the name of a service: it begins with '{}'", name,
                            name.front());
  if (name.size() > max_name_bytes)
    throw Rejected::because("this name is longer than {} characters", max_name_bytes);
}

void check_package(std::string_view package) {
  const size_t colon = std::min(package.find(':'), package.size());
  const auto architecture = package.substr(std::min(colon + 1, package.size()));
  const bool has_architecture = colon < package.size();
  if (!is_package(package.substr(0, colon)) || (has_architecture && !is_package(architecture)))
    throw Rejected::because("'{}' is not the name of a Debian package", package);
}

void check_branch(std::string_view branch) {
  if (branch.empty()) throw Rejected("this branch is empty");
  if (branch.starts_with("refs/heads/"))
    throw Rejected(fmt::format("'{}' is a reference, not a branch", branch),
                   std::string(branch.substr(11)));
  if (branch == "HEAD" || !is_ref_name(branch))
    throw Rejected::because("'{}' is not the name of a branch", branch);
  if (branch.size() > max_unit_bytes) throw Rejected("the name of this branch is too long");
}

}  // namespace overlayd
