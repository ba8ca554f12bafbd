#include "config/paths.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/aliases.h"
#include "config/rejected.h"
#include "config/reserved.h"

namespace overlayd::test {
namespace {

const std::string state = "/var/lib/overlayd";

// What is thrown: "message" or "message|suggestion"; "" if nothing is.
std::string refusal(const std::function<void()>& act) {
  try {
    act();
    return "";
  } catch (const Rejected& rejected) {
    const auto& suggestion = rejected.suggestion();
    return rejected.what() + (suggestion.empty() ? "" : "|" + suggestion);
  }
}

TEST(Path, IsNormalised) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/etc/grafana", "/etc/grafana"},
      {"/etc/grafana/", "/etc/grafana"},
      {"//etc///grafana//", "/etc/grafana"},
      {"/", "/"},
      {"///", "/"},
      {"/etc/a b", "/etc/a b"},
      {"/etc/...", "/etc/..."},
      {"/etc/.d", "/etc/.d"},
      {"/etc/é", "/etc/é"}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(normalise_path(given), expected);
}

TEST(Path, IsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "this path is empty"},
      {"etc/grafana", "'etc/grafana' is not an absolute path|/etc/grafana"},
      {"~/x", "'~/x' is not an absolute path"},
      {"./x", "'./x' is not an absolute path"},
      {"$HOME/x", "'$HOME/x' is not an absolute path"},
      {"/etc/../x", "'/etc/../x' has a '..' part"},
      {"/etc/..", "'/etc/..' has a '..' part"},
      {"/./x", "'/./x' has a '.' part"},
      {"/etc/a\nb", "'/etc/a\nb' has a control character"},
      {"/etc/a\x7f", "'/etc/a\x7f' has a control character"},
      {"/" + std::string(256, 'a'), "a part of this path is too long"},
      {std::string(5000, '/'), "this path is too long"}};
  for (const auto& [given, expected] : cases)
    EXPECT_EQ(refusal([&, &path = given] { (void)normalise_path(path); }), expected);
}

TEST(Link, IsNormalised) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"grafana/etc", "grafana/etc"},
                                                                  {"grafana/etc/", "grafana/etc"},
                                                                  {".", "."},
                                                                  {"a", "a"},
                                                                  {".config", ".config"},
                                                                  {"a/.gitignore", "a/.gitignore"},
                                                                  {"a b/c", "a b/c"},
                                                                  {"...", "..."}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(normalise_link(given), expected);
}

TEST(Link, IsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "this path is empty; the whole repository is '.'"},
      {"/etc", "'/etc' must be relative to the repository's root|etc"},
      {"/", "'/' must be relative to the repository's root"},
      {"..", "'..' has a '..' part"},
      {"a/../b", "'a/../b' has a '..' part"},
      {"a/..", "'a/..' has a '..' part"},
      {"./a", "'./a' has a '.' part"},
      {"a/.", "'a/.' has a '.' part"},
      {"./", "'./' has a '.' part"},
      {"a//b", "'a//b' has an empty part"},
      {"a//", "'a//' has an empty part"},
      {".git", "'.git' leads into Git's own files"},
      {"a/.GIT/config", "'a/.GIT/config' leads into Git's own files"},
      {"a\tb", "'a\tb' has a control character"}};
  for (const auto& [given, expected] : cases)
    EXPECT_EQ(refusal([&, &link = given] { (void)normalise_link(link); }), expected);
}

TEST(Local, TheSystemsOwnPathsAreRefused) {
  for (const std::string path : {"/",
                                 "/etc",
                                 "/usr",
                                 "/var",
                                 "/run",
                                 "/boot",
                                 "/usr/lib64",
                                 "/run/lock",
                                 "/home",
                                 "/root",
                                 "/tmp",
                                 "/opt",
                                 "/srv",
                                 "/mnt",
                                 "/media",
                                 "/var/lib",
                                 "/var/log",
                                 "/var/cache",
                                 "/var/spool",
                                 "/usr/bin",
                                 "/usr/sbin",
                                 "/usr/lib",
                                 "/usr/share",
                                 "/usr/local",
                                 "/etc/systemd",
                                 "/etc/systemd/system",
                                 "/etc/dbus-1"})
    EXPECT_EQ(refusal([&] { check_local(path, state); }),
              "'" + path + "' belongs to the system: name a directory or file inside it");
}

TEST(Local, TheSystemsOwnPathsAreRefusedByTheirAliasesToo) {
  for (const auto& [alias, target] :
       std::vector<std::pair<std::string, std::string>>{{"/bin", "/usr/bin"},
                                                        {"/sbin", "/usr/sbin"},
                                                        {"/lib", "/usr/lib"},
                                                        {"/lib64", "/usr/lib64"},
                                                        {"/lib/systemd", "/usr/lib/systemd"},
                                                        {"/var/run", "/run"},
                                                        {"/var/lock", "/run/lock"},
                                                        {"/var/spool/mail", "/var/mail"}})
    EXPECT_EQ(refusal([&, &path = alias] { check_local(path, state); }),
              fmt::format("'{}' (the same as '{}') belongs to the system: name a directory or file "
                          "inside it",
                          alias, target));
  EXPECT_EQ(refusal([] { check_local("/var/run/systemd/x", state); }),
            "'/var/run/systemd/x' (the same as '/run/systemd/x') is not for files from Git: "
            "'/run/systemd' belongs to the system");
  EXPECT_EQ(refusal([] { check_local("/sbin/overlayd", state); }),
            "'/sbin/overlayd' (the same as '/usr/sbin/overlayd') is overlayd's own");
}

TEST(Alias, LeadsToOnePlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/var/run/x/y", "/run/x/y"},     {"/lib/x", "/usr/lib/x"},     {"/library", "/library"},
      {"/var/running", "/var/running"}, {"/usr/lib/x", "/usr/lib/x"}, {"/etc/x", "/etc/x"}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(resolve_alias(given), expected);
}

TEST(Local, NothingGoesBelowTheKernelsAndThePackageManagersPaths) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/proc", "/proc"},
      {"/proc/sys/kernel", "/proc"},
      {"/sys", "/sys"},
      {"/sys/fs/cgroup", "/sys"},
      {"/dev", "/dev"},
      {"/dev/shm/x", "/dev"},
      {"/var/lib/dpkg", "/var/lib/dpkg"},
      {"/var/lib/dpkg/info", "/var/lib/dpkg"},
      {"/run/systemd/system", "/run/systemd"}};
  for (const auto& [given, owner] : cases)
    EXPECT_EQ(
        refusal([&, &path = given] { check_local(path, state); }),
        fmt::format("'{}' is not for files from Git: '{}' belongs to the system", given, owner));
}

TEST(Local, OverlaydsOwnPathsAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/var/lib/overlayd", "'/var/lib/overlayd' is overlayd's own"},
      {"/var/lib/overlayd/trees",
       "'/var/lib/overlayd/trees' is inside overlayd's own "
       "'/var/lib/overlayd'"},
      {"/etc/overlayd", "'/etc/overlayd' is overlayd's own"},
      {"/etc/overlayd/services.toml",
       "'/etc/overlayd/services.toml' is inside overlayd's own '/etc/overlayd'"},
      {"/usr/sbin/overlayd", "'/usr/sbin/overlayd' is overlayd's own"}};
  for (const auto& [given, expected] : cases)
    EXPECT_EQ(refusal([&, &path = given] { check_local(path, state); }), expected);
  EXPECT_EQ(
      refusal([] { check_local("/srv/a", "/srv/a/b/state"); }),
      "'/srv/a' contains overlayd's own '/srv/a/b/state': name directories or files beside that");
}

TEST(Local, AccountFilesAreRefused) {
  for (const std::string path : {"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/subuid"})
    EXPECT_EQ(refusal([&] { check_local(path, state); }),
              "'" + path + "' belongs to the system: its tools write to this file");
}

TEST(Local, WhatOverlaydIsInstalledInIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"'/etc/apt'", "/etc/apt/apt.conf.d/90overlayd"},
      {"'/etc/apt/apt.conf.d'", "/etc/apt/apt.conf.d/90overlayd"},
      {"'/lib/systemd/system' (the same as '/usr/lib/systemd/system')",
       "/usr/lib/systemd/system/overlayd.service"},
      {"'/usr/share/dbus-1'", "/usr/share/dbus-1/system.d/org.overlayd1.conf"},
      {"'/etc/systemd/system/multi-user.target.wants'",
       "/etc/systemd/system/multi-user.target.wants/overlayd.service"}};
  for (const auto& [given, own] : cases)
    EXPECT_EQ(
        refusal([path = given.substr(1, given.find('\'', 1) - 1)] { check_local(path, state); }),
        fmt::format("{} contains overlayd's own '{}': name directories or files beside that", given,
                    own));
}

TEST(Local, EverythingElseIsTaken) {
  for (const std::string path : {"/etc/grafana",
                                 "/etc/nginx/nginx.conf",
                                 "/etc/systemd/system/web.service",
                                 "/etcetera",
                                 "/processes",
                                 "/var/lib/overlayd2",
                                 "/var/lib/grafana/dashboards",
                                 "/usr/local/bin",
                                 "/opt/app",
                                 "/tmp/x",
                                 "/root/.vimrc",
                                 "/etc/motd",
                                 "/run/app",
                                 "/srv/www",
                                 "/data",
                                 "/etc/apt/apt.conf.d/10mine",
                                 "/etc/apt/sources.list.d",
                                 "/etc/systemd/system/x.service.d",
                                 "/etc/systemd/system/overlayd.service.d",
                                 "/lib/systemd/system/x.service",
                                 "/etc/dbus-1/system.d/x.conf"})
    EXPECT_EQ(refusal([&] { check_local(path, state); }), "");
}

TEST(Mount, IsChecked) {
  const auto check = [](const std::string& mount) {
    return refusal([&] { check_mount(mount, mount + "/web", state); });
  };
  EXPECT_EQ(check("/tmp/grafana"), "");
  EXPECT_EQ(check("/srv/checkouts"), "");
  EXPECT_EQ(check("/var/lib/overlayd/checkouts"), "");
  EXPECT_EQ(check("/etc"), "'/etc' belongs to the system: name a directory or file inside it");
  EXPECT_EQ(check("/dev/shm"),
            "'/dev/shm' is not for files from Git: '/dev' belongs to the system");
  EXPECT_EQ(check("/var/lib/overlayd"),
            "'/var/lib/overlayd/web' is inside overlayd's own '/var/lib/overlayd'");
  EXPECT_EQ(check("/etc/overlayd"), "'/etc/overlayd/web' is inside overlayd's own '/etc/overlayd'");
}

TEST(StateDirectory, IsChecked) {
  const auto check = [](const std::string& path) {
    return refusal([&] { check_state_directory(path); });
  };
  EXPECT_EQ(check("/var/lib/overlayd"), "");
  EXPECT_EQ(check("/srv/state"), "");
  EXPECT_EQ(check("/var/lib/overlayd/inner"), "");
  EXPECT_EQ(check("/var/lib"),
            "'/var/lib' belongs to the system: name a directory or file inside it");
  EXPECT_EQ(check("/etc/overlayd"), "'/etc/overlayd' is overlayd's own");
  EXPECT_EQ(check("/proc/1"), "'/proc/1' is not for files from Git: '/proc' belongs to the system");
}

}  // namespace
}  // namespace overlayd::test
