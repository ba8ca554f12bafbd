// What changes hands when services.toml gives overlays to another service.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/service/inheritance.h"

namespace overlayd {
namespace {

ServiceConfig config(const std::string& name, const std::vector<std::string>& locals,
                     const std::string& upstream = "/r") {
  ServiceConfig config;
  config.name = name;
  config.upstream = upstream;
  config.branch = "main";
  for (const auto& local : locals) {
    OverlayConfig overlay;
    overlay.local = local;
    config.overlays.push_back(overlay);
  }
  return config;
}

ServiceState state(const std::vector<std::string>& locals) {
  ServiceState state;
  state.deployed.id = "8bd0";
  state.upstream = "/r";
  state.branch = "main";
  state.steps.push_back({StepKind::directory, "/srv", "", ""});
  for (const auto& local : locals) {
    state.steps.push_back({StepKind::directory, local, "", ""});
    state.steps.push_back({StepKind::mount, local, "tree", ""});
  }
  return state;
}

// "a>b /x /y", with "!" if it is the service itself.
std::vector<std::string> words(const std::vector<Inheritance>& due) {
  std::vector<std::string> result;
  for (const auto& share : due) {
    result.push_back(share.from + ">" + share.to + (share.whole ? "!" : ""));
    for (const auto& local : share.locals) result.back() += " " + local;
  }
  std::sort(result.begin(), result.end());
  return result;
}

using Words = std::vector<std::string>;

const Inheritance of_y{.from = "a", .to = "b", .locals = {"/srv/y"}};

TEST(Inheritances, NothingChangesHandsWhereAllStays) {
  const ServiceState a = state({"/srv/x"});
  EXPECT_EQ(words(inheritances({{"a", &a}}, {config("a", {"/srv/x", "/srv/y"})}, {"a"})), Words{});
}

TEST(Inheritances, AnOverlayGoesToWhoHasItInTheConfiguration) {
  const ServiceState a = state({"/srv/x", "/srv/y"});
  EXPECT_EQ(words(inheritances({{"a", &a}}, {config("a", {"/srv/x"}), config("b", {"/srv/y"})},
                               {"a", "b"})),
            Words{"a>b /srv/y"});
}

TEST(Inheritances, AServiceUnderAnotherNameIsTheService) {
  const ServiceState a = state({"/srv/x", "/srv/y"});
  EXPECT_EQ(words(inheritances({{"a", &a}}, {config("b", {"/srv/x", "/srv/z"})}, {"b"})),
            Words{"a>b! /srv/x"});
}

TEST(Inheritances, OfTwoHeirsWhoHasMostIsTheService) {
  const ServiceState a = state({"/srv/x", "/srv/y", "/srv/z"});
  EXPECT_EQ(
      words(inheritances({{"a", &a}}, {config("b", {"/srv/x"}), config("c", {"/srv/y", "/srv/z"})},
                         {"b", "c"})),
      (Words{"a>b /srv/x", "a>c! /srv/y /srv/z"}));
}

TEST(Inheritances, OfTwoThatBecomeOneWhoHasMostIsTheService) {
  const ServiceState a = state({"/srv/x"});
  const ServiceState b = state({"/srv/y", "/srv/z"});
  EXPECT_EQ(words(inheritances({{"a", &a}, {"b", &b}},
                               {config("c", {"/srv/x", "/srv/y", "/srv/z"})}, {"c"})),
            (Words{"a>c /srv/x", "b>c! /srv/y /srv/z"}));
}

TEST(Inheritances, OfTwoThatBecomeOneWhoIsHeldIsTheService) {
  ServiceState a = state({"/srv/x"});
  a.frozen = Hold{.by = "ada", .reason = "trade fair", .since = 1, .until = 0, .revision = ""};
  const ServiceState b = state({"/srv/y", "/srv/z"});
  EXPECT_EQ(words(inheritances({{"a", &a}, {"b", &b}},
                               {config("c", {"/srv/x", "/srv/y", "/srv/z"})}, {"c"})),
            (Words{"a>c! /srv/x", "b>c /srv/y /srv/z"}));
}

TEST(Inheritances, WithAnotherUpstreamItIsAnotherService) {
  const ServiceState a = state({"/srv/x"});
  EXPECT_EQ(words(inheritances({{"a", &a}}, {config("b", {"/srv/x"}, "/other")}, {"b"})),
            Words{"a>b /srv/x"});
}

TEST(Inheritances, WhatIsHalfDoneStaysWhereItIs) {
  const ServiceState a = state({"/srv/x"});
  const std::vector<ServiceConfig> services{config("b", {"/srv/x"})};
  EXPECT_EQ(words(inheritances({{"a", nullptr}}, services, {"b"})), Words{});
  EXPECT_EQ(words(inheritances({{"a", &a}, {"b", nullptr}}, services, {"b"})), Words{});
}

TEST(Inherit, MovesTheOverlayAndSharesWhatBothStandOn) {
  ServiceState a = state({"/srv/x", "/srv/y"});
  ServiceState b;
  inherit(of_y, config("b", {"/srv/y"}), a, b);
  EXPECT_EQ(to_text(a.steps), to_text(state({"/srv/x"}).steps));
  EXPECT_EQ(to_text(b.steps), to_text(state({"/srv/y"}).steps));
  const Steps once = b.steps;
  inherit(of_y, config("b", {"/srv/y"}), a, b);
  EXPECT_EQ(b.steps, once);
}

TEST(Inherit, AServiceUnderARememberedNameGoesOnAsItWas) {
  ServiceState a = state({"/srv/y"});
  a.frozen = Hold{.by = "ada", .reason = "trade fair", .since = 1, .until = 0, .revision = ""};
  ServiceState remembered;
  remembered.former.id = "77aa";
  ServiceConfig heir = config("b", {"/srv/y"});
  heir.branch = "other";
  const Inheritance all{.from = "a", .to = "b", .locals = {"/srv/y"}, .whole = true};
  ServiceState from = a;
  inherit(all, heir, from, remembered);
  EXPECT_EQ(remembered.deployed, a.deployed);
  EXPECT_EQ(remembered.frozen, a.frozen);
  EXPECT_FALSE(is_held(from)) << "for who comes by its name";
}

TEST(Inherit, WhatItsUnitWasNotToldOfComesAlong) {
  ServiceConfig heir = config("b", {"/srv/y"});
  heir.unit = "web.service";
  for (const bool untold : {true, false}) {
    ServiceState a = state({"/srv/x", "/srv/y"});
    a.steps.push_back({StepKind::unit, heir.unit, "restart", ""});
    a.untold = untold;
    ServiceState b;
    inherit(of_y, heir, a, b);
    EXPECT_EQ(b.untold, untold);
  }
}

TEST(Inherit, WhoHasItByItsConfigurationAlreadyNeedsNoOther) {
  ServiceState a = state({"/srv/x", "/srv/y"});
  ServiceState b = state({"/srv/y"});
  b.configured = "as it should be";
  inherit(of_y, config("b", {"/srv/y"}), a, b);
  EXPECT_EQ(b.configured, "as it should be");
  EXPECT_EQ(to_text(a.steps), to_text(state({"/srv/x"}).steps));
}

TEST(Inherit, ATryThatWasMadeBeforeIsNotNotedAgain) {
  const ServiceState a = state({"/srv/x", "/srv/y"});
  ServiceState b;
  for (int i = 0; i < 3; i++) {
    ServiceState from = a;  // what the disk did not take
    inherit(of_y, config("b", {"/srv/y"}), from, b);
  }
  EXPECT_EQ(b.log.size(), 1U);
}

TEST(Inherit, BothLogsTellOfIt) {
  ServiceState a = state({"/srv/x", "/srv/y"});
  a.frozen = Hold{.by = "ada", .reason = "trade fair", .since = 1, .until = 0, .revision = ""};
  ServiceState b;
  ServiceState from = a;
  inherit(of_y, config("b", {"/srv/y"}), from, b);
  EXPECT_EQ(from.log.back().reason, "/srv/y goes to b");
  EXPECT_EQ(b.log.back().reason, "/srv/y comes from a");
  ServiceState had_something = state({"/srv/z"});
  from = a;
  inherit(of_y, config("b", {"/srv/y"}), from, had_something);
  EXPECT_EQ(had_something.log.back().reason,
            "/srv/y comes from a, which was frozen by ada: trade fair");
}

TEST(Inherit, WhatStandsInsideStaysBehindWhatItStandsOn) {
  const ServiceConfig heir = config("b", {"/srv/y", "/srv/y/in"});
  for (const char* moved : {"/srv/y", "/srv/y/in"}) {
    ServiceState a = state({moved});
    ServiceState b = state({std::string(moved) == "/srv/y" ? "/srv/y/in" : "/srv/y"});
    inherit({.from = "a", .to = "b", .locals = {moved}}, heir, a, b);
    EXPECT_EQ(to_text(b.steps), to_text(state({"/srv/y", "/srv/y/in"}).steps));
  }
}

TEST(Inherit, FreezesWhoHadNothingAndFollowsTheSame) {
  ServiceState a = state({"/srv/x", "/srv/y"});
  a.frozen = Hold{.by = "ada", .reason = "trade fair", .since = 1, .until = 0, .revision = ""};
  ServiceState same;
  ServiceState other_upstream;
  ServiceState had_something = state({"/srv/z"});
  ServiceState from = a;
  inherit(of_y, config("b", {"/srv/y"}), from, same);
  from = a;
  inherit(of_y, config("b", {"/srv/y"}, "/other"), from, other_upstream);
  from = a;
  inherit(of_y, config("b", {"/srv/y"}), from, had_something);
  EXPECT_EQ(same.frozen, a.frozen);
  EXPECT_EQ(same.deployed, a.deployed);
  EXPECT_FALSE(other_upstream.frozen);
  EXPECT_EQ(other_upstream.deployed.id, "");
  EXPECT_FALSE(had_something.frozen);
}

}  // namespace
}  // namespace overlayd
