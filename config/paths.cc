#include "config/paths.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

constexpr size_t max_path_bytes = 4095;
constexpr size_t max_name_bytes = 255;

// Replacing one of these as a whole takes away what the rest of the system needs; things inside
// them are fine.
bool is_systems_own(const std::string& path) {
  static const std::set<std::string, std::less<>> paths = {"/",
                                                           "/bin",
                                                           "/boot",
                                                           "/etc",
                                                           "/etc/group",
                                                           "/etc/gshadow",
                                                           "/etc/pam.d",
                                                           "/etc/passwd",
                                                           "/etc/shadow",
                                                           "/etc/ssl",
                                                           "/etc/systemd",
                                                           "/etc/systemd/system",
                                                           "/home",
                                                           "/lib",
                                                           "/lib32",
                                                           "/lib64",
                                                           "/libx32",
                                                           "/media",
                                                           "/mnt",
                                                           "/opt",
                                                           "/root",
                                                           "/run",
                                                           "/sbin",
                                                           "/srv",
                                                           "/tmp",
                                                           "/usr",
                                                           "/usr/bin",
                                                           "/usr/lib",
                                                           "/usr/lib/systemd",
                                                           "/usr/lib64",
                                                           "/usr/libexec",
                                                           "/usr/local",
                                                           "/usr/sbin",
                                                           "/usr/share",
                                                           "/var",
                                                           "/var/cache",
                                                           "/var/lib",
                                                           "/var/local",
                                                           "/var/lock",
                                                           "/var/log",
                                                           "/var/mail",
                                                           "/var/run",
                                                           "/var/spool",
                                                           "/var/tmp"};
  return paths.contains(path);
}

// Nothing at or below these is a file that somebody keeps in Git: the kernel's, and the state of
// what overlayd itself relies on.
constexpr std::array<std::string_view, 9> forbidden_trees = {
    "/proc",        "/sys",         "/dev",          "/lost+found",     "/run/dbus",
    "/run/systemd", "/var/lib/apt", "/var/lib/dpkg", "/var/lib/systemd"};

// Neither inside nor around these: an overlay there could replace overlayd under its own feet.
std::vector<std::string> own_paths(const std::string& state_directory) {
  return {state_directory, "/var/lib/overlayd",     "/etc/overlayd",
          "/run/overlayd", "/usr/libexec/overlayd", "/usr/sbin/overlayd"};
}

void check_characters(std::string_view path) {
  if (has_control(path)) throw Rejected::because("'{}' has a control character", path);
  if (path.size() > max_path_bytes) throw Rejected::because("this path is too long");
}

void check_part(std::string_view path, const std::string& part) {
  if (part == "." || part == "..") throw Rejected::because("'{}' has a '{}' part", path, part);
  if (part.size() > max_name_bytes) throw Rejected::because("a part of this path is too long");
}

void check_not_the_systems(const std::string& path) {
  for (const auto tree : forbidden_trees)
    if (is_at_or_below(path, tree))
      throw Rejected::because("'{}' is not for files from Git: '{}' belongs to the system", path,
                              tree);
  if (is_systems_own(path))
    throw Rejected::because("'{}' belongs to the system: name a directory or file inside it", path);
}

void check_not_our_own(const std::string& path, const std::string& own) {
  if (path == own) throw Rejected::because("'{}' is overlayd's own", path);
  if (is_at_or_below(path, own))
    throw Rejected::because("'{}' is inside overlayd's own '{}'", path, own);
  if (is_at_or_below(own, path))
    throw Rejected::because("'{}' contains overlayd's own '{}'", path, own);
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

void check_local(const std::string& path, const std::string& state_directory) {
  check_not_the_systems(path);
  for (const auto& own : own_paths(state_directory)) check_not_our_own(path, own);
}

void check_state_directory(const std::string& path) {
  check_not_the_systems(path);
  for (const auto& own : own_paths("/var/lib/overlayd"))
    if (own != "/var/lib/overlayd") check_not_our_own(path, own);
}

void check_mount(const std::string& mount, const std::string& checkout,
                 const std::string& state_directory) {
  if (mount == state_directory + "/checkouts") return;
  check_not_the_systems(mount);
  check_local(checkout, state_directory);
}

}  // namespace overlayd
