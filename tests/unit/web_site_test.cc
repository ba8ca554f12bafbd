// The pages of overlayd-web, and that the daemon is asked by one client at a time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "web/site.h"

namespace overlayd::web {
namespace {

Daemon healthy() {
  return {.metrics = [] { return std::string("overlayd_up 1\n"); }, .ping = [] {}};
}

Daemon absent() {
  return {.metrics = []() -> std::string { throw Error("overlayd is not running"); },
          .ping = [] { throw Error("overlayd is not running"); }};
}

TEST(WebSite, MetricsAreWhatTheDaemonSays) {
  Site site(healthy());
  const Response response = site.answer({"GET", "/metrics"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "overlayd_up 1\n");
}

TEST(WebSite, TheIndexLeadsToThem) {
  Site site(healthy());
  const Response response = site.answer({"GET", "/"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.type, "text/html; charset=utf-8");
  EXPECT_NE(response.body.find("href=\"/metrics\""), std::string::npos);
}

TEST(WebSite, HealthIsWhetherTheDaemonAnswers) {
  Site well(healthy());
  EXPECT_EQ(well.answer({"GET", "/healthz"}).status, 200);
  Site ill(absent());
  EXPECT_EQ(ill.answer({"GET", "/healthz"}).status, 503);
}

TEST(WebSite, ADaemonThatIsAwayIsUnavailableAndSaysSo) {
  Site site(absent());
  const Response response = site.answer({"GET", "/metrics"});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "overlayd is not running\n");
}

TEST(WebSite, ADaemonThatCameBackIsServed) {
  bool is_there = false;
  Site site({.metrics =
                 [&] {
                   if (!is_there) throw Error("away");
                   return std::string("up\n");
                 },
             .ping = [] {}});
  EXPECT_EQ(site.answer({"GET", "/metrics"}).status, 503);
  is_there = true;
  EXPECT_EQ(site.answer({"GET", "/metrics"}).status, 200);
}

TEST(WebSite, EverythingElseIsNotFound) {
  Site site(healthy());
  for (const char* path : {"", "/x", "/metrics/", "/metrics2", "/../etc/passwd", "*"})
    EXPECT_EQ(site.answer({"GET", path}).status, 404) << path;
}

TEST(WebSite, OtherMethodsAreNotAllowed) {
  Site site(healthy());
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", ""})
    EXPECT_EQ(site.answer({method, "/metrics"}).status, 405) << method;
  EXPECT_EQ(site.answer({"HEAD", "/metrics"}).status, 200);
}

TEST(WebSite, NoTwoThreadsAskTheDaemonAtOnce) {
  std::atomic<int> at_once = 0;
  std::atomic<int> most_at_once = 0;
  Site site({.metrics =
                 [&] {
                   const int now = ++at_once;
                   if (now > most_at_once) most_at_once = now;
                   std::this_thread::yield();
                   --at_once;
                   return std::string("x\n");
                 },
             .ping = [] {}});
  std::atomic<int> good = 0;
  const auto scrape = [&] {
    for (int n = 0; n < 200; n++)
      if (site.answer({"GET", "/metrics"}).body == "x\n") ++good;
  };
  std::vector<std::thread> threads(8);
  for (auto& thread : threads) thread = std::thread(scrape);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(most_at_once, 1);
  EXPECT_EQ(good, 8 * 200);
}

}  // namespace
}  // namespace overlayd::web
