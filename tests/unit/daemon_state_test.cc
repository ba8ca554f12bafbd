#include <gtest/gtest.h>

#include "base/error.h"
#include "daemon/service/packages.h"
#include "daemon/state/history.h"
#include "daemon/state/state.h"
#include "daemon/upstream/revision.h"

namespace overlayd {
namespace {

ServiceState full_state() {
  ServiceState state;
  state.deployed = {.id = "8bd0e77a", .subject = "Raise \"it\"\n'''", .author = "A", .time = 7};
  state.deployed_at = 1234;
  state.upstream = "https://example.org/x";
  state.branch = "main";
  state.configured = "00ff";
  state.steps = {{.kind = StepKind::mount, .subject = "/etc/a b", .value = "t1", .origin = "here"}};
  state.links = {{"grafana/etc", "t1"}, {".", "t2"}};
  state.frozen =
      Hold{.by = "root", .reason = "release ’week’", .since = 5, .until = 9, .revision = ""};
  state.pinned = Hold{.by = "ada", .reason = "", .since = 6, .until = 0, .revision = "HEAD~1"};
  state.failure = "it failed";
  state.failed_at_us = 77;
  add_to_log(state, {.at = 1,
                     .verb = "forward",
                     .by = "root",
                     .reason = "",
                     .revision = "v1",
                     .from = "77aa",
                     .commit = state.deployed,
                     .upstream = "https://git.example.org/config.git",
                     .outcome = "done",
                     .message = "",
                     .new_content = true});
  return state;
}

TEST(State, SurvivesItsFile) {
  EXPECT_EQ(parse_state(to_text(full_state()), "x"), full_state());
  EXPECT_EQ(parse_state(to_text(ServiceState{}), "x"), ServiceState{});
}

TEST(State, OfAServiceThatWasTakenAwayIsWhatItGoesOnWith) {
  const ServiceState before = full_state();
  ServiceState state = before;
  take_away(state);
  EXPECT_EQ(state.former, before.deployed);
  EXPECT_EQ(known_commit(state), before.deployed);
  EXPECT_TRUE(comes_from(state, before.upstream, before.branch));
  EXPECT_EQ(state.frozen, before.frozen);
  EXPECT_EQ(state.pinned, before.pinned);
  EXPECT_EQ(state.log, before.log);
  EXPECT_EQ(state.deployed, Commit{});
  EXPECT_EQ(state.deployed_at, 0U);
  EXPECT_EQ(state.failure, "");
  EXPECT_TRUE(state.steps.empty() && state.links.empty() && state.configured.empty());
  take_away(state);
  EXPECT_EQ(state.former, before.deployed);
}

TEST(State, FileOfAnOlderOverlaydMayLackMembers) {
  EXPECT_EQ(parse_state("version = 1\n", "x"), ServiceState{});
}

TEST(State, BrokenFileIsAnErrorThatNamesIt) {
  try {
    parse_state("deployed = {{{", "grafana");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("grafana"), std::string::npos);
  }
}

TEST(State, FileWithoutItsVersionIsBroken) {
  EXPECT_THROW(parse_state("", "x"), Error);
  EXPECT_THROW(parse_state("branch = 'main'\n", "x"), Error);
  EXPECT_THROW(parse_state("version = 2\n", "x"), Error);
}

TEST(State, HostileTextFromACommitIsKeptHarmless) {
  ServiceState state;
  state.deployed.subject = "\x1b]0;boom\x07 \xff";
  EXPECT_EQ(parse_state(to_text(state), "x").deployed.subject, "?]0;boom? ?");
}

LogEntry entry(uint64_t at, bool new_content) {
  return {.at = at,
          .verb = "",
          .by = "",
          .reason = "",
          .revision = "",
          .from = "",
          .commit = {},
          .upstream = "",
          .outcome = "",
          .message = "",
          .new_content = new_content};
}

TEST(State, LogIsBounded) {
  for (const bool new_content : {true, false}) {
    ServiceState state;
    for (size_t i = 0; i < max_log + 5; i++) add_to_log(state, entry(i, new_content));
    EXPECT_EQ(state.log.size(), max_log);
    EXPECT_EQ(state.log.front().at, 5U);
  }
}

TEST(State, WhatBroughtNothingNewPushesNoDeploymentOutOfTheLog) {
  ServiceState state;
  for (size_t i = 0; i < 10; i++) add_to_log(state, entry(i, true));
  for (size_t i = 10; i < 3 * max_log; i++) add_to_log(state, entry(i, false));
  EXPECT_EQ(state.log.size(), max_log);
  EXPECT_EQ(state.log.at(9).at, 9U);
  EXPECT_EQ(deployed_commits(state).size(), 10U);
  for (size_t i = 0; i < 3 * max_log; i++) add_to_log(state, entry(max_log + i, true));
  EXPECT_EQ(state.log.front().at, 3 * max_log);  // of the others too the oldest have gone
}

// A log of entries: what each brought, and whether that was new content.
ServiceState deployed_in_turn(const std::vector<std::pair<std::string, bool>>& entries) {
  ServiceState state;
  for (const auto& [commit, new_content] : entries) {
    const std::string from = state.deployed.id;
    state.deployed.id = commit;
    add_to_log(state, {.at = 0,
                       .verb = "",
                       .by = "",
                       .reason = "",
                       .revision = "",
                       .from = from,
                       .commit = state.deployed,
                       .outcome = "done",
                       .message = "",
                       .new_content = new_content});
  }
  return state;
}

TEST(State, DeployedCommitsAreNewestFirst) {
  const ServiceState state = deployed_in_turn({{"a", true}, {"b", true}, {"a", true}});
  EXPECT_EQ(deployed_commits(state), (std::vector<std::string>{"a", "b", "a"}));
}

TEST(State, CommitsWithTheSameContentAreNoDeploymentsOfTheirOwn) {
  ServiceState state = deployed_in_turn({{"a", true}, {"b", true}, {"c", false}, {"d", true}});
  state.deployed.id = "e";  // the same content as d: only the recorded commit has moved
  EXPECT_EQ(deployed_commits(state), (std::vector<std::string>{"e", "b", "a"}));
}

// Somebody may unmount an overlay every minute: that must not drive what was deployed out.
TEST(State, WhatIsPutBackOverAndOverIsOneEntry) {
  ServiceState state = deployed_in_turn({{"a", true}});
  LogEntry entry = state.log.back();
  entry.verb = "restore";
  entry.new_content = false;
  for (entry.at = 1; entry.at < 5; entry.at++) add_to_log(state, entry);
  ASSERT_EQ(state.log.size(), 2U);
  EXPECT_EQ(state.log.back().at, 4U);
}

TEST(State, WhatIsDeployedIsKnownWithoutALog) {
  ServiceState state;
  state.deployed.id = "a";
  EXPECT_EQ(deployed_commits(state), std::vector<std::string>{"a"});
}

TEST(Revision, IsSeenFromWhatIsDeployed) {
  const std::vector<std::string> deployed{"cccc", "bbbb", "aaaa"};
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HEAD", "cccc"},
      {"@", "cccc"},
      {"HEAD~1", "cccc~1"},
      {"HEAD^", "cccc^"},
      {"@~2", "cccc~2"},
      {"@{0}", "cccc"},
      {"@{1}", "bbbb"},
      {"HEAD@{2}", "aaaa"},
      {"@{1}~3", "bbbb~3"},
      {"v1.2", "v1.2"},
      {"v1.2~1", "v1.2~1"},
      {"8bd0e77", "8bd0e77"},
      {"HEADS", "HEADS"},
      {"feature/x", "feature/x"},
      {"v1^{commit}", "v1^{commit}"},
      {"HEAD~2^2", "cccc~2^2"},
      {"HEAD^{/fix: a..b}", "cccc^{/fix: a..b}"},
      {"@{1}^{/x}~1", "bbbb^{/x}~1"},
      {":/fix: a", "refs/r/main^{/fix: a}"},
      {"refs/heads/x/y", "refs/remotes/origin/x/y"},
      {"heads/x~2", "refs/remotes/origin/x~2"},
      {"origin/x^{/fix}", "refs/remotes/origin/x^{/fix}"},
      {"refs/remotes/origin/x", "refs/remotes/origin/x"},
      {"refs/tags/v1", "refs/tags/v1"}};
  for (const auto& [typed, meant] : cases)
    EXPECT_EQ(seen_from_deployed(typed, deployed, "refs/r/main"), meant) << typed;
}

TEST(Revision, ThatIsNoSingleCommitIsRefused) {
  for (const char* typed : {"",
                            "-x",
                            "--exec=y",
                            "a..b",
                            "a...b",
                            "HEAD:etc",
                            "a b",
                            "a\nb",
                            "@{yesterday}",
                            "@{-1}",
                            "@{3}",
                            "@{1",
                            "HEAD@{99999999999999999999}",
                            ":/",
                            ":x",
                            ":0:x",
                            "HEAD^{/}",
                            "HEAD^{/x",
                            "HEAD^{/!x}",
                            ":/!x",
                            ":/a}b",
                            "main@{1}",
                            "main@{upstream}",
                            "@{1}@{1}",
                            "HEAD^{/x}:a",
                            "HEAD^{/x}..b"})
    EXPECT_THROW(seen_from_deployed(typed, {"c", "b", "a"}, "tip"), Error) << typed;
  EXPECT_THROW(seen_from_deployed(std::string(300, 'a'), {"c"}, "tip"), Error);
}

TEST(Revision, OfADeploymentTooLongAgoIsNotKnown) {
  const auto refusal = [](const std::vector<std::string>& deployed) -> std::string {
    try {
      return seen_from_deployed("@{2}", deployed, "tip");
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal({"a"}), "'@{2}' is not known: 1 deployment is remembered");
  EXPECT_EQ(refusal({"b", "a"}), "'@{2}' is not known: 2 deployments are remembered");
}

TEST(Revision, IsWrongWhateverIsDeployedOrNotKnown) {
  for (const char* typed : {" ", "v1..v2", "@{yesterday}", "-x"})
    EXPECT_THROW(check_revision(typed), NoRevision) << typed;
  for (const char* typed : {"@{900}", "v1", "HEAD~3", ":/fix"})
    EXPECT_NO_THROW(check_revision(typed)) << typed;
}

TEST(Revision, IsAskedForByTheNameThatTheUpstreamHas) {
  const std::vector<std::pair<std::string, std::string>> cases{{"v1.2~3^{}", "v1.2"},
                                                               {"refs/tags/v1", "v1"},
                                                               {"tags/v1^{commit}", "v1"},
                                                               {"refs/remotes/origin/x/y~1", "x/y"},
                                                               {"8bd0e77a", "8bd0e77a"}};
  for (const auto& [revision, name] : cases) EXPECT_EQ(name_to_fetch(revision), name);
}

constexpr const char* dpkg_status = R"(Package: nginx
Status: install ok installed
Architecture: amd64

Package: removed
Status: deinstall ok config-files
Architecture: amd64

Package: held
Status: hold ok installed
Architecture: all

Package: half
Status: install ok half-configured
Architecture: amd64
Description: Package: fake
 Status: install ok installed
)";

TEST(Packages, OnlyWhatIsWhollyInstalledCounts) {
  EXPECT_TRUE(missing_packages(dpkg_status, {"nginx", "held", "nginx:amd64"}).empty());
  EXPECT_EQ(missing_packages(dpkg_status, {"removed", "half", "none", "nginx:i386"}),
            (std::vector<std::string>{"half", "nginx:i386", "none", "removed"}));
}

}  // namespace
}  // namespace overlayd
