#include "config/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

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

// What git refuses in any part of a reference, git-check-ref-format(1).
bool is_reference_part(std::string_view part) {
  return !part.empty() && !part.starts_with('.') && !part.ends_with(".lock");
}

bool is_reference(std::string_view text) {
  const auto parts = split(text, '/');
  const auto is_bad = [](unsigned char c) {
    return c <= 0x20 || c == 0x7f ||
           std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return std::all_of(parts.begin(), parts.end(), is_reference_part) &&
         std::none_of(text.begin(), text.end(), is_bad) && !text.ends_with('.') &&
         text.find("..") == std::string_view::npos && text.find("@{") == std::string_view::npos;
}

bool is_package(std::string_view name) {
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  // "nginx-" asks apt to remove nginx
  return name.size() >= 2 && is_lower(name[0]) && !name.ends_with('-') &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_lower(c) || c == '+' || c == '.' || c == '-'; });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_listen_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = host.substr(1, host.size() - 2);
    return address.find(':') != std::string_view::npos &&
           address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  }
  return !host.empty() && !host.starts_with('-') && consists_of(host, ".-");
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
  if (name.starts_with('-') || !is_reference(name))
    throw Rejected::because(
        "'{}' cannot be the name of a service: it would be no valid file name or "
        "Git reference",
        name);
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
  if (branch.starts_with('-') || branch == "@" || branch == "HEAD" || !is_reference(branch))
    throw Rejected::because("'{}' is not the name of a branch", branch);
  if (branch.size() > max_unit_bytes) throw Rejected("the name of this branch is too long");
}

void check_listen(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos || !is_port(listen.substr(colon + 1)) ||
      !is_listen_host(listen.substr(0, colon)))
    throw Rejected::because(
        "'{}' is not an address and port, such as '127.0.0.1:9836' or '[::1]:9836'", listen);
}

std::chrono::seconds interval_of(const std::string& text) {
  const auto interval = parse_duration(text);
  if (!interval) throw Rejected::because("'{}' is not a duration, such as '90s' or '5m'", text);
  if (*interval < std::chrono::seconds(1) || *interval > std::chrono::weeks(1))
    throw Rejected::because("'{}' is not between 1s and 1w", text);
  return *interval;
}

int depth_of(int64_t number) {
  constexpr int64_t max = 1'000'000;
  if (number < 1 || number > max)
    throw Rejected::because("{} is not between 1 and {}", number, max);
  return static_cast<int>(number);
}

Action action_of(const std::string& text) {
  if (const auto action = action_named(text)) return *action;
  const auto near = nearest(text, action_names());
  if (near) throw Rejected(fmt::format("unknown action '{}'", text), *near);
  throw Rejected::because("unknown action '{}': there are {}", text, join(action_names(), ", "));
}

}  // namespace overlayd
