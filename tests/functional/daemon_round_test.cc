// Rounds with a real upstream that lacks something.

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/upstream/round.h"
#include "daemon/upstream/upstream.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

constexpr uid_t nobody = 65534;

class Rounds : public testing::Test {
 protected:
  Rounds() {
    settings_.state_directory = temp_.dir("daemon");
    settings_.program_directory = program_folder(temp_);
    settings_.git_uid = nobody;
    settings_.git_gid = nobody;
    prepare_state_directory(settings_);
  }

  static OverlayConfig overlay(const std::string& link, const std::string& local, int line) {
    return {.local = local,
            .link = link,
            .type = OverlayType::bind,
            .action = std::nullopt,
            .origin = {.line = line, .column = 1}};
  }

  Wish wish(const std::string& link, const std::string& branch = "main") const {
    return {.service = link,
            .branch = branch,
            .revision = "",
            .typed = "",
            .older_than = "",
            .overlays = {overlay(link, "/etc/" + link, 2)},
            .origin = {.line = 1, .column = 1},
            .ownership = {},
            .write = true,
            .compare_with = ""};
  }

  UpstreamConfig config() const {
    return {.url = UpstreamUrl::parse(upstream_.url()),
            .ssh_key = "",
            .known_hosts = "",
            .token_file = "",
            .ca_file = "",
            .origin = {}};
  }

  RoundResult run(std::vector<Wish> wishes, FetchMode mode = FetchMode::always) {
    Loop loop;
    RoundResult result;
    const Round round(loop, settings_, store_, config(),
                      {.mode = mode, .known = {}, .wishes = std::move(wishes)},
                      [&](RoundResult ended) {
                        result = std::move(ended);
                        loop.exit(0);
                      });
    loop.run();
    return result;
  }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};
  Settings settings_;
  TreeStore store_{temp_ / "daemon/trees"};
};

TEST_F(Rounds, ABlobThatTheUpstreamLacksFailsThoseAloneWhoNeedIt) {
  std::map<std::string, std::string> files;
  std::vector<Wish> wishes;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    files[std::string(name) + "/file"] = name;
    wishes.push_back(wish(name));
  }
  upstream_.push(files);
  const std::string lost = upstream_.git({"rev-parse", "main:c/file"});
  ASSERT_TRUE(std::filesystem::remove(upstream_.path() + "/objects/" + lost.substr(0, 2) + "/" +
                                      lost.substr(2)));
  const RoundResult result = run(wishes);
  ASSERT_FALSE(result.failure) << result.failure->message;
  ASSERT_EQ(result.wishes.size(), wishes.size());
  for (const auto& work : result.wishes) {
    if (work.wish.service == "c") {
      EXPECT_NE(work.result.error.find(lost), std::string::npos) << work.result.error;
      EXPECT_FALSE(work.result.refused);  // somebody may put it back
    } else {
      EXPECT_TRUE(work.granted()) << work.result.error;
      EXPECT_TRUE(store_.has(work.result.links.at(0).tree));
    }
  }
}

TEST_F(Rounds, AnUpstreamThatIsAwayFailsThoseAloneWhoNeedItUnlessItWasMeantToBeAsked) {
  upstream_.push({{"here/file", "1"}, {"there/file", "2"}});
  ASSERT_FALSE(run({wish("here")}).failure);
  std::filesystem::rename(upstream_.path(), upstream_.path() + ".away");
  Wish anew = wish("here");  // its blobs are here, its tree is not
  anew.ownership.umask = 0027;
  Wish older = wish("here");
  older.revision = older.typed = "v1";
  const RoundResult result = run({wish("here"), wish("there"), anew, older}, FetchMode::if_needed);
  ASSERT_FALSE(result.failure) << result.failure->message;
  ASSERT_EQ(result.wishes.size(), 4U);
  EXPECT_EQ(result.wishes[0].result.error + result.wishes[2].result.error, "");
  EXPECT_TRUE(store_.has(result.wishes[2].result.links.at(0).tree));
  for (const size_t i : {1U, 3U}) {
    const WishResult& failed = result.wishes[i].result;
    EXPECT_NE(failed.error.find(upstream_.path()), std::string::npos) << failed.error;
    EXPECT_NE(failed.hint.find("is it there"), std::string::npos) << failed.hint;
    EXPECT_FALSE(failed.refused);  // it may come back
  }
  EXPECT_TRUE(run({wish("here")}, FetchMode::if_moved).failure);
  EXPECT_TRUE(run({wish("here"), wish("there")}, FetchMode::always).failure);
}

TEST_F(Rounds, ThatMustNotAskTheUpstreamFailIfTheyHaveTo) {
  upstream_.push({{"here/file", "1"}, {"there/file", "2"}});
  ASSERT_FALSE(run({wish("here")}).failure);
  EXPECT_FALSE(run({wish("here")}, FetchMode::never).failure);
  const RoundResult result = run({wish("here"), wish("there")}, FetchMode::never);
  ASSERT_TRUE(result.failure);
  EXPECT_TRUE(result.failure->message.starts_with("not all that is needed was fetched from"));
}

TEST_F(Rounds, WhatIsNotThereSaysWhereItIsNamed) {
  upstream_.push({{"a/file", "1"}});
  upstream_.push({{"a/file", "1"}}, "stable");
  const RoundResult result =
      run({wish("a", "mian"), wish("a", "production"), wish("missing"), wish("a")});
  ASSERT_EQ(result.wishes.size(), 4U);
  const auto& [typing, other, link, well] =
      std::tie(result.wishes[0].result, result.wishes[1].result, result.wishes[2].result,
               result.wishes[3].result);
  EXPECT_EQ(typing.error, "the upstream has no branch 'mian' (did you mean 'main'?)");
  EXPECT_EQ(typing.hint,
            "correct branch of service a (services.toml:1; or [global]), or push 'mian'");
  EXPECT_EQ(other.error, "the upstream has no branch 'production' (it has main, stable)");
  EXPECT_EQ(link.hint, "push 'missing' to branch main, or correct services.toml:2");
  EXPECT_EQ(well.error + well.hint, "");
}

TEST_F(Rounds, WhatIsASymbolicLinkThereCannotBePushedIntoPlace) {
  upstream_.commit_tree(upstream_.tree({"120000 blob " + upstream_.blob("b") + "\ta"}));
  const RoundResult result = run({wish("a")});
  ASSERT_EQ(result.wishes.size(), 1U);
  EXPECT_TRUE(result.wishes[0].result.error.ends_with("name what it leads to"));
  EXPECT_EQ(result.wishes[0].result.hint, "correct services.toml:2");
}

// The inner one is `kind`, of another service; `path` is where it belongs in the repository.
Wish with_ground(Wish wish, const std::string& path, bool directory) {
  wish.grounds.push_back(
      {.outer = 0, .path = path, .directory = directory, .overlay = "/etc/a/sub of service inner"});
  return wish;
}

TEST_F(Rounds, WhatAnOverlayInsideStandsOnHasToBeInTheCommit) {
  const std::string commit = upstream_.push({{"a/file", "1"}, {"a/there/file", "1"}});
  const Wish outer = wish("a");
  const RoundResult result =
      run({with_ground(outer, "a/sub", true), with_ground(outer, "a/file", true),
           with_ground(outer, "a/there", false), with_ground(outer, "a/there", true),
           with_ground(outer, "a/file", false)});
  ASSERT_EQ(result.wishes.size(), 5U);
  EXPECT_EQ(result.wishes[0].result.error,
            "the overlay /etc/a/sub of service inner belongs inside /etc/a, and has nothing to "
            "stand on: commit " +
                commit.substr(0, 8) + " has no directory 'a/sub'");
  EXPECT_EQ(result.wishes[0].result.hint,
            "push a file in 'a/sub/', .gitkeep for one, to branch main, or take the overlay "
            "/etc/a/sub of service inner out of services.toml");
  EXPECT_TRUE(result.wishes[1].result.error.ends_with("has no directory 'a/file'"));
  EXPECT_TRUE(result.wishes[2].result.error.ends_with("has no file 'a/there'"));
  EXPECT_EQ(result.wishes[3].result.error + result.wishes[4].result.error, "");
}

TEST_F(Rounds, OfTwoOverlaysOfOneServiceTheKindOfTheInnerOneDecides) {
  upstream_.push({{"a/file", "1"}, {"a/there/file", "1"}, {"b/file", "1"}, {"c", "1"}});
  const auto two = [&](const std::string& inner, const std::string& path) {
    Wish both = wish("a");
    both.overlays.push_back(overlay(inner, "/etc/a/there", 3));
    both.grounds.push_back(
        {.outer = 0, .path = path, .inner = 1, .overlay = "/etc/a/there (services.toml:3)"});
    return both;
  };
  const RoundResult result = run({two("b", "a/there"), two("c", "a/there"), two("c", "a/file")});
  ASSERT_EQ(result.wishes.size(), 3U);
  EXPECT_EQ(result.wishes[0].result.error, "");
  EXPECT_TRUE(result.wishes[1].result.error.ends_with("has no file 'a/there'"));
  EXPECT_EQ(result.wishes[2].result.error, "");
}

TEST_F(Rounds, AnUpstreamHasAnsweredAlsoIfItsTreesCannotBeWritten) {
  upstream_.push({{"a/file", "a"}});
  Loop loop;
  Metrics metrics;
  const TreeStore nowhere(temp_ / "daemon/nowhere");
  const auto upstream = std::make_shared<Upstream>(loop, settings_, nowhere, metrics, config(),
                                                   [] { return std::vector<Request>(); });
  upstream->request({.mode = FetchMode::always,
                     .wish = wish("a"),
                     .done = [&](const RoundResult&, const WishInWork*) { loop.exit(0); }});
  loop.run();
  EXPECT_NE(upstream->error(), "");
  EXPECT_NE(upstream->fetched_at(), 0U);
  EXPECT_NE(metrics.text().find("overlayd_upstream_last_fetch_timestamp_seconds{"),
            std::string::npos);
}

}  // namespace
}  // namespace overlayd::test
