#include "config/names.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "config/rejected.h"
#include "config/values.h"

namespace overlayd::test {
namespace {

TEST(Unit, IsCompleted) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nginx", "nginx.service"},
      {"nginx.service", "nginx.service"},
      {"foo@bar", "foo@bar.service"},
      {"foo@bar.service", "foo@bar.service"},
      {"foo@10.0.0.1", "foo@10.0.0.1.service"},
      {"foo@a@b", "foo@a@b.service"},
      {"backup.timer", "backup.timer"},
      {"x.socket", "x.socket"},
      {"multi-user.target", "multi-user.target"},
      {"org.example.thing", "org.example.thing.service"},
      {"dev-disk\\x2dby.mount", "dev-disk\\x2dby.mount"},
      {"a:b_c", "a:b_c.service"}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(complete_unit(given), expected);
}

TEST(Unit, IsRefused) {
  for (const std::string unit : {"", "foo@", "foo@.service", "@bar", "@.service", "-x", ".service",
                                 ".hidden", "a b", "a/b", "nginx*", "a\nb", "é", "a;b"})
    EXPECT_THROW((void)complete_unit(unit), Rejected) << unit;
  EXPECT_NO_THROW((void)complete_unit(std::string(247, 'a')));
  EXPECT_THROW((void)complete_unit(std::string(248, 'a')), Rejected);
}

TEST(Name, IsTheUnitWithoutService) {
  EXPECT_EQ(default_name("grafana-server.service"), "grafana-server");
  EXPECT_EQ(default_name("foo@bar.service"), "foo@bar");
  EXPECT_EQ(default_name("backup.timer"), "backup.timer");
}

TEST(Name, IsSafeAsAFileAndInACommand) {
  for (const std::string name :
       {"a", "grafana-server", "foo@bar", "A.b_c", "10", "a.timer", "@x", "a..b", "a."})
    EXPECT_NO_THROW(check_name(name)) << name;
  for (const std::string name :
       {"", ".", "..", "-a", ".a", "a/b", "a b", "a:b", "a\\b", "é", "a\n"})
    EXPECT_THROW(check_name(name), Rejected) << name;
  EXPECT_NO_THROW(check_name(std::string(100, 'a')));
  EXPECT_THROW(check_name(std::string(101, 'a')), Rejected);
}

TEST(Package, FollowsDebiansRule) {
  for (const std::string package : {"nginx", "g++", "libstdc++6", "0ad", "libc6:amd64", "a.b-c"})
    EXPECT_NO_THROW(check_package(package)) << package;
  for (const std::string package :
       {"", "x", "Nginx", "a_b", "-y", "+a", "a b", "nginx=1.2", "nginx/sid", "nginx-",
        "nginx:", ":amd64", "nginx:AMD64", "a:b:c", "./x.deb"})
    EXPECT_THROW(check_package(package), Rejected) << package;
}

TEST(Branch, FollowsGitsRule) {
  for (const std::string branch :
       {"main", "release/1.x", "a-b", "a@b", "é", "a.b", "feature/@", "HEAD2"})
    EXPECT_NO_THROW(check_branch(branch)) << branch;
  for (const std::string branch : {"",     "-a",    "@",    "HEAD",   ".a",
                                   "a/.b", "a..b",  "a.",   "a.lock", "a.lock/b",
                                   "a/",   "/a",    "a//b", "a b",    "a~1",
                                   "a^",   "a:b",   "a?",   "a*",     "a[b",
                                   "a\\b", "a@{1}", "a\nb", "a\x7f",  "refs/heads/main"})
    EXPECT_THROW(check_branch(branch), Rejected) << branch;
}

TEST(Branch, AReferenceHasASuggestion) {
  try {
    check_branch("refs/heads/main");
    FAIL();
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.suggestion(), "main");
  }
}

TEST(Listen, IsHostAndPort) {
  for (const std::string listen :
       {"127.0.0.1:9836", "[::1]:9836", "[::]:1024", "0.0.0.0:65535", "[2001:db8::7]:9836"})
    EXPECT_NO_THROW(check_listen(listen)) << listen;
  for (const std::string listen : {"",
                                   "9836",
                                   ":9836",
                                   "127.0.0.1",
                                   "127.0.0.1:",
                                   "127.0.0.1:0",
                                   "127.0.0.1:65536",
                                   "::1:9836",
                                   "[::1]",
                                   "[]:80",
                                   "[a]:80",
                                   "a b:8080",
                                   "localhost:9836",
                                   "web.example.org:9836",
                                   "127.1:9836",
                                   "[127.0.0.1]:9836",
                                   "[fe80::1%lo]:9836",
                                   "127.0.0.1:8080x",
                                   "127.0.0.1:-1",
                                   "127.0.0.1:+9836",
                                   "http://127.0.0.1:9836",
                                   "127.0.0.1:80",
                                   "[::1]:1023"})
    EXPECT_THROW(check_listen(listen), Rejected) << listen;
}

TEST(Interval, HasBounds) {
  using std::chrono::seconds;
  EXPECT_EQ(interval_of("1s"), seconds(1));
  EXPECT_EQ(interval_of("90s"), seconds(90));
  EXPECT_EQ(interval_of("1h30m"), seconds(5400));
  EXPECT_EQ(interval_of("1w"), seconds(604800));
  for (const std::string text : {"", "0", "0s", "-1s", "604801s", "8d", "1y", "soon", "1.5m"})
    EXPECT_THROW((void)interval_of(text), Rejected) << text;
}

TEST(Depth, HasBounds) {
  EXPECT_EQ(depth_of(1), 1);
  EXPECT_EQ(depth_of(1'000'000), 1'000'000);
  for (const int64_t depth : {int64_t{0}, int64_t{-1}, int64_t{1'000'001}, INT64_MAX, INT64_MIN})
    EXPECT_THROW((void)depth_of(depth), Rejected) << depth;
}

}  // namespace
}  // namespace overlayd::test
