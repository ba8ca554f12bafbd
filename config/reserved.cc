#include "config/reserved.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "config/aliases.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

// Aliases are resolved. Replacing one of these as a whole takes away what the rest of the system
// needs; things inside them are fine.
bool is_systems_own(const std::string& path) {
  static const std::set<std::string, std::less<>> paths = {"/",
                                                           "/boot",
                                                           "/etc",
                                                           "/etc/dbus-1",
                                                           "/etc/dbus-1/system.d",
                                                           "/etc/pam.d",
                                                           "/etc/ssl",
                                                           "/etc/systemd",
                                                           "/etc/systemd/system",
                                                           "/home",
                                                           "/media",
                                                           "/mnt",
                                                           "/opt",
                                                           "/root",
                                                           "/run",
                                                           "/run/lock",
                                                           "/srv",
                                                           "/tmp",
                                                           "/usr",
                                                           "/usr/bin",
                                                           "/usr/lib",
                                                           "/usr/lib/systemd",
                                                           "/usr/lib32",
                                                           "/usr/lib64",
                                                           "/usr/libx32",
                                                           "/usr/libexec",
                                                           "/usr/local",
                                                           "/usr/sbin",
                                                           "/usr/share",
                                                           "/var",
                                                           "/var/cache",
                                                           "/var/lib",
                                                           "/var/local",
                                                           "/var/log",
                                                           "/var/mail",
                                                           "/var/spool",
                                                           "/var/tmp"};
  return paths.contains(path);
}

// Aliases are resolved. useradd(8) and others replace them, which an overlay would hinder.
constexpr std::array<std::string_view, 6> account_files = {
    "/etc/group", "/etc/gshadow", "/etc/passwd", "/etc/shadow", "/etc/subgid", "/etc/subuid"};

// Nothing at or below these is a file that somebody keeps in Git: the kernel's, and the state of
// what overlayd itself relies on.
constexpr std::array<std::string_view, 9> forbidden_trees = {
    "/proc",        "/sys",         "/dev",          "/lost+found",     "/run/dbus",
    "/run/systemd", "/var/lib/apt", "/var/lib/dpkg", "/var/lib/systemd"};

// Neither inside nor around these: an overlay there could replace overlayd under its own feet, or
// what starts it, lets it onto the bus, and has apt unpack beneath overlays. Everything that the
// package installs, but for the documentation, and the links that enable its units.
std::vector<std::string> own_paths(const std::string& state_directory) {
  return {state_directory,
          "/var/lib/overlayd",
          "/etc/overlayd",
          "/usr/libexec/overlayd",
          "/usr/sbin/overlayd",
          "/usr/bin/overlayctl",
          "/etc/apt/apt.conf.d/90overlayd",
          "/etc/systemd/system/multi-user.target.wants/overlayd.service",
          "/etc/systemd/system/multi-user.target.wants/overlayd-web.service",
          "/etc/systemd/system/overlayd.service",
          "/etc/systemd/system/overlayd-restore.service",
          "/etc/systemd/system/overlayd-web.service",
          "/etc/systemd/system/sysinit.target.wants/overlayd-restore.service",
          "/usr/lib/systemd/system/overlayd.service",
          "/usr/lib/systemd/system/overlayd-restore.service",
          "/usr/lib/systemd/system/overlayd-web.service",
          "/usr/lib/sysusers.d/overlayd.conf",
          "/usr/lib/tmpfiles.d/overlayd.conf",
          "/usr/share/dbus-1/system.d/org.overlayd1.conf"};
}

void check_not_the_systems(const std::string& path) {
  const std::string place = resolve_alias(path);
  for (const auto tree : forbidden_trees)
    if (is_at_or_below(place, tree))
      throw Rejected::because("{} is not for files from Git: '{}' belongs to the system",
                              quoted_path(path), tree);
  if (is_systems_own(place))
    throw Rejected::because("{} belongs to the system: name a directory or file inside it",
                            quoted_path(path));
  if (std::find(account_files.begin(), account_files.end(), place) != account_files.end())
    throw Rejected::because("{} belongs to the system: its tools write to this file",
                            quoted_path(path));
}

void check_not_our_own(const std::string& path, const std::string& own) {
  const std::string place = resolve_alias(path);
  if (place == own) throw Rejected::because("{} is overlayd's own", quoted_path(path));
  if (is_at_or_below(place, own))
    throw Rejected::because("{} is inside overlayd's own '{}'", quoted_path(path), own);
  if (is_at_or_below(own, place))
    throw Rejected::because(
        "{} contains overlayd's own '{}': name directories or files beside that", quoted_path(path),
        own);
}

}  // namespace

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
  if (resolve_alias(mount) == state_directory + "/checkouts") return;
  check_not_the_systems(mount);
  check_local(checkout, state_directory);
}

}  // namespace overlayd
