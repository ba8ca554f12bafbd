// overlayd-fetch against real repositories on this machine.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "tests/functional/support/command.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

using git::Resolution;

class GitFetch : public testing::TestWithParam<Place> {
 protected:
  Fetch::Options options() const { return {.place = GetParam(), .mirror = {}, .files = {}}; }

  std::vector<std::string> push_many(size_t count) {
    std::vector<std::string> commits(count);
    for (size_t i = 0; i < count; i++) commits[i] = upstream_.push({{"a", std::to_string(i)}});
    return commits;
  }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};
};

INSTANTIATE_TEST_SUITE_P(Places, GitFetch, testing::Values(Place::free, Place::sandboxed),
                         testing::PrintToStringParamName());

std::string git_in(const std::string& repository, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"git", "-c", "safe.directory=*", "--git-dir", repository});
  return std::string(trim(command(arguments)));
}

// How many objects of a kind are really there.
size_t count_objects(const std::string& mirror, const std::string& kind) {
  size_t count = 0;
  for (const auto& line :
       split(git_in(mirror, {"cat-file", "--batch-check=%(objecttype)", "--batch-all-objects"}),
             '\n'))
    if (line == kind) count++;
  return count;
}

TEST_P(GitFetch, ListsTipsOfTheBranchesThatExist) {
  const std::string main = upstream_.push({{"a", "1"}});
  const std::string stable = upstream_.push({{"a", "2"}}, "stable");
  upstream_.git({"update-ref", "refs/heads/odd/refs/heads/main", stable});
  Fetch fetch(temp_, upstream_.url(), options());
  const auto tips = fetch.tips({"main", "stable", "nowhere", "-x", "a b", ""}).tips;
  ASSERT_EQ(tips.size(), 2U);
  EXPECT_EQ(tips[0], std::pair(std::string("main"), main));
  EXPECT_EQ(tips[1], std::pair(std::string("stable"), stable));
  EXPECT_TRUE(fetch.tips({}).tips.empty());
}

TEST_P(GitFetch, OnlyTheNeededBlobsAreDownloaded) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 50; i++) {
    const std::string folder = "service" + std::to_string(i) + "/etc/";
    files[folder + "a"] = "a of " + folder;
    files[folder + "b"] = "b of " + folder;
  }
  upstream_.push(files);
  Fetch fetch(temp_, upstream_.url(), options());
  const auto fetched = fetch.fetch();
  EXPECT_EQ(fetched.branches, std::vector<std::string>{"main"});
  EXPECT_TRUE(fetched.changed);
  EXPECT_TRUE(fetched.filtered);
  EXPECT_EQ(count_objects(fetch.mirror(), "blob"), 0U);
  Read read(temp_, fetch.mirror(), GetParam());
  EXPECT_EQ(write_link(fetch, read, "service7/etc", "tree").error, "");
  EXPECT_EQ(count_objects(fetch.mirror(), "blob"), 2U);
  EXPECT_EQ(read_file(read.staging() + "/tree/a"), "a of service7/etc/");
}

TEST_P(GitFetch, AMissingBranchDoesNotHinderTheOthers) {
  upstream_.push({{"a", "1"}});
  Fetch fetch(temp_, upstream_.url(), options());
  EXPECT_EQ(fetch.fetch({"nowhere", "main"}).branches, std::vector<std::string>{"main"});
  EXPECT_TRUE(fetch.fetch({"nowhere"}).branches.empty());
  EXPECT_TRUE(fetch.fetch({"..", "main:x"}).branches.empty());
}

TEST_P(GitFetch, ABranchIsDeletedAndRecreated) {
  upstream_.push({{"a", "1"}});
  upstream_.push({{"a", "2"}}, "topic");
  Fetch fetch(temp_, upstream_.url(), options());
  Read read(temp_, fetch.mirror(), GetParam());
  EXPECT_EQ(fetch.fetch({"main", "topic"}).branches.size(), 2U);
  upstream_.git({"update-ref", "-d", "refs/heads/topic"});
  const auto without = fetch.fetch({"main", "topic"});
  EXPECT_EQ(without.branches, std::vector<std::string>{"main"});
  EXPECT_TRUE(without.changed);
  EXPECT_NE(read.resolve("refs/remotes/origin/topic").resolution, Resolution::found);
  const std::string again = upstream_.push({{"a", "3"}}, "topic");
  EXPECT_EQ(fetch.fetch({"main", "topic"}).branches.size(), 2U);
  EXPECT_EQ(read.resolve("refs/remotes/origin/topic").commit, again);
}

TEST_P(GitFetch, ABranchGivesWayToOneBelowItsName) {
  upstream_.push({{"a", "1"}}, "release");
  Fetch fetch(temp_, upstream_.url(), options());
  EXPECT_EQ(fetch.fetch({"release"}).branches.size(), 1U);
  upstream_.git({"update-ref", "-d", "refs/heads/release"});
  upstream_.push({{"a", "2"}}, "release/1");
  EXPECT_EQ(fetch.fetch({"release/1"}).branches, std::vector<std::string>{"release/1"});
  upstream_.git({"update-ref", "-d", "refs/heads/release/1"});
  upstream_.push({{"a", "3"}}, "release");
  EXPECT_EQ(fetch.fetch({"release", "release/1"}).branches, std::vector<std::string>{"release"});
}

TEST_P(GitFetch, AForcePushAndAnUnrelatedHistoryAreFollowed) {
  upstream_.push({{"a", "1"}});
  upstream_.push({{"a", "2"}});
  Fetch fetch(temp_, upstream_.url(), options());
  Read read(temp_, fetch.mirror(), GetParam());
  fetch.fetch();
  const std::string amended = upstream_.push_amended({{"a", "other"}});
  EXPECT_TRUE(fetch.fetch().changed);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main").commit, amended);
  const std::string unrelated = upstream_.push_unrelated({{"b", "new"}});
  EXPECT_TRUE(fetch.fetch().changed);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main").commit, unrelated);
  EXPECT_FALSE(fetch.fetch().changed);
}

TEST_P(GitFetch, DeepensUntilAllHistoryIsThere) {
  const auto commits = push_many(8);
  Fetch fetch(temp_, upstream_.url(), options());
  Read read(temp_, fetch.mirror(), GetParam());
  fetch.fetch();
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~2").commit, commits[5]);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~3").resolution, Resolution::not_fetched);
  EXPECT_TRUE(fetch.deepen(2).changed);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~4").commit, commits[3]);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~5").resolution, Resolution::not_fetched);
  EXPECT_TRUE(fetch.deepen(50).changed);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~7").commit, commits[0]);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main~8").resolution, Resolution::unknown);
  EXPECT_FALSE(fetch.deepen(50).changed);
}

TEST_P(GitFetch, FetchesTagsBranchesAndFullHashes) {
  const auto commits = push_many(8);
  upstream_.git({"tag", "-a", "-m", "first", "v1", commits[0]});
  Fetch fetch(temp_, upstream_.url(), options());
  Read read(temp_, fetch.mirror(), GetParam());
  fetch.fetch();
  EXPECT_EQ(read.resolve("v1").resolution, Resolution::not_fetched);
  EXPECT_TRUE(fetch.revision("v1").changed);
  EXPECT_EQ(read.resolve("v1").commit, commits[0]);
  EXPECT_EQ(read.resolve(commits[2]).resolution, Resolution::not_fetched);
  EXPECT_TRUE(fetch.revision(commits[2]).changed);
  EXPECT_EQ(read.resolve(commits[2]).commit, commits[2]);
  EXPECT_EQ(read.resolve("refs/remotes/origin/main").commit, commits[7]);
  EXPECT_FALSE(fetch.revision("v2").changed);
  EXPECT_FALSE(fetch.revision(std::string(40, 'd')).changed);
  EXPECT_FALSE(fetch.revision("--upload-pack=x").changed);
}

TEST_P(GitFetch, WhatAKilledGitLeftBehindIsRemoved) {
  upstream_.push({{"a", "1"}});
  const std::string mirror = Fetch(temp_, upstream_.url(), options()).mirror();
  Fetch(temp_, upstream_.url(), options()).fetch();
  for (const char* name : {"shallow.lock", "config.lock", "HEAD.lock", "packed-refs.lock",
                           "refs/remotes/origin/main.lock", "objects/pack/tmp_pack_x",
                           "objects/pack/pack-1234.keep", "objects/pack/pack-1234.pack"})
    temp_.file(std::filesystem::relative(mirror, temp_.path()).string() + "/" + name, "");
  const std::string commit = upstream_.push({{"a", "2"}});
  Fetch fetch(temp_, upstream_.url(), options());
  EXPECT_TRUE(fetch.fetch().changed);
  EXPECT_EQ(git_in(mirror, {"rev-parse", "refs/remotes/origin/main"}), commit);
  EXPECT_FALSE(std::filesystem::exists(mirror + "/shallow.lock"));
  EXPECT_FALSE(std::filesystem::exists(mirror + "/objects/pack/tmp_pack_x"));
}

TEST_P(GitFetch, ATruncatedPackIsDamage) {
  upstream_.push({{"a", "1"}});
  Fetch fetch(temp_, upstream_.url(), options());
  fetch.fetch();
  for (const auto& entry : std::filesystem::directory_iterator(fetch.mirror() + "/objects/pack"))
    if (entry.path().extension() == ".pack") std::filesystem::resize_file(entry, 40);
  Fetch later(temp_, upstream_.url(), options());
  EXPECT_EQ(later.failure(git::FetchBranches{{"main"}}).kind, git::FailureKind::damaged);
}

TEST_P(GitFetch, AChangedUrlTakesEffect) {
  upstream_.push({{"a", "1"}});
  Fetch(temp_, upstream_.url(), options()).fetch();
  UpstreamRepository other(temp_, "other");
  const std::string commit = other.push({{"b", "2"}});
  Fetch fetch(temp_, other.path(), options());
  fetch.fetch();
  Read read(temp_, fetch.mirror(), GetParam());
  EXPECT_EQ(read.resolve("refs/remotes/origin/main").commit, commit);
}

TEST_P(GitFetch, ManyFetchesLeaveFewPacksAndAShortEdge) {
  upstream_.push({{"a", "0"}});
  Fetch fetch(temp_, upstream_.url(), options());
  for (int i = 1; i <= 70; i++) {
    upstream_.push({{"a", std::to_string(i)}});
    ASSERT_TRUE(fetch.fetch().changed);
  }
  size_t packs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fetch.mirror() + "/objects/pack"))
    packs += entry.path().extension() == ".pack" ? 1 : 0;
  EXPECT_LT(packs, 20U);
  EXPECT_LT(split(read_file(fetch.mirror() + "/shallow"), '\n').size(), 20U);
}

TEST_P(GitFetch, AnUpstreamThatBelongsToSomebodyElseIsRead) {
  const std::string commit = upstream_.push({{"a", "1"}});
  command({"chown", "-R", "daemon", upstream_.path()});
  Fetch by_url(temp_, upstream_.url(), options());
  EXPECT_EQ(by_url.tips({"main"}).tips.at(0).second, commit);
  Fetch by_path(temp_, upstream_.path(), options());
  EXPECT_EQ(by_path.fetch().branches.size(), 1U);
}

// Nothing is closed to root, so this is for the sandbox only.
TEST(GitFetchInTheSandbox, AFolderThatIsClosedToUsIsToldApart) {
  const TempDir temp;
  UpstreamRepository upstream(temp);
  upstream.push({{"a", "1"}});
  for (const std::string part : {"/objects", ""}) {
    const std::string closed = upstream.path() + part;
    ASSERT_EQ(chmod(closed.c_str(), 0700), 0);
    Fetch fetch(temp, upstream.url(), {.place = Place::sandboxed, .mirror = {}, .files = {}});
    const auto failure = fetch.failure(git::FetchBranches{{"main"}});
    EXPECT_EQ(failure.kind, git::FailureKind::unreadable) << failure.message;
    EXPECT_EQ(failure.message, "user nobody may not read " + closed);
  }
}

TEST_P(GitFetch, WhatCannotBeReachedIsToldApart) {
  Fetch missing(temp_, temp_ / "nothing.git", options());
  EXPECT_EQ(missing.failure(git::ListTips{{"main"}}).kind, git::FailureKind::not_found);
  EXPECT_EQ(missing.failure(git::FetchBranches{{"main"}}).kind, git::FailureKind::not_found);
  Fetch refused(temp_, "git://127.0.0.1:1/x", options());
  EXPECT_EQ(refused.failure(git::ListTips{{"main"}}).kind, git::FailureKind::unreachable);
  Fetch program(temp_, "ext::sh -c 'touch " + (temp_ / "ran") + "'", options());
  program.failure(git::FetchBranches{{"main"}});
  EXPECT_FALSE(std::filesystem::exists(temp_ / "ran"));
}

TEST_P(GitFetch, AnEmptyUpstreamHasNoBranches) {
  Fetch fetch(temp_, upstream_.url(), options());
  EXPECT_TRUE(fetch.tips({"main"}).tips.empty());
  EXPECT_TRUE(fetch.fetch().branches.empty());
}

TEST_P(GitFetch, NonsenseIsAnsweredAndTheHelperGoesOn) {
  const std::string commit = upstream_.push({{"a", "1"}});
  Fetch fetch(temp_, upstream_.url(), options());
  fetch.send_bytes("nonsense");
  EXPECT_NO_THROW(Helper::expect<git::Failure>(fetch.receive()));
  EXPECT_EQ(fetch.tips({"main"}).tips.at(0).second, commit);
}

}  // namespace
}  // namespace overlayd::test
