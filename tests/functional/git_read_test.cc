// overlayd-git on mirrors that real fetches made.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "tests/functional/support/command.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

using git::EntryKind;
using git::Resolution;
constexpr const char* tip = "refs/remotes/origin/main";

class GitRead : public testing::TestWithParam<Place> {
 protected:
  Fetch fetch(uint64_t depth = 3) {
    return {
        temp_, upstream_.url(), {.place = GetParam(), .mirror = {}, .files = {}, .depth = depth}};
  }
  Read read() { return {temp_, make_mirror(temp_), GetParam()}; }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};
};

INSTANTIATE_TEST_SUITE_P(Places, GitRead, testing::Values(Place::free, Place::sandboxed),
                         testing::PrintToStringParamName());

mode_t mode_of(const std::string& path) {
  struct stat status {};
  check(lstat(path.c_str(), &status), "cannot look at {}", path);
  return status.st_mode;
}

TEST_P(GitRead, TellsWhatEachLinkIs) {
  const std::string commit = upstream_.push({{"web/etc/a", "1"}, {"web/run", "#!"}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  const auto answer =
      reader.resolve(tip, {".", "web", "web/etc/a", "web/nothing", "web/run/x", "nothing/x"});
  EXPECT_EQ(answer.resolution, Resolution::found);
  EXPECT_EQ(answer.commit, commit);
  EXPECT_EQ(answer.subject, "change main");
  EXPECT_EQ(answer.author, "A. Author <author@example.org>");
  EXPECT_GT(answer.time, 1'000'000'000U);
  const EntryKind kinds[] = {EntryKind::directory, EntryKind::directory, EntryKind::file,
                             EntryKind::missing,   EntryKind::missing,   EntryKind::missing};
  ASSERT_EQ(answer.entries.size(), std::size(kinds));
  for (size_t i = 0; i < std::size(kinds); i++) {
    EXPECT_EQ(answer.entries[i].kind, kinds[i]) << i;
    EXPECT_EQ(answer.entries[i].oid.empty(), kinds[i] == EntryKind::missing) << i;
  }
}

TEST_P(GitRead, UnderstandsRevisionsAndRefusesWhatIsNone) {
  const std::string first = upstream_.push({{"a/f", "1"}});
  const std::string second = upstream_.push({{"a/f", "2"}});
  fetch().fetch();
  Read reader = read();
  EXPECT_EQ(reader.resolve(std::string(tip) + "~1").commit, first);
  EXPECT_EQ(reader.resolve(std::string(tip) + "^").commit, first);
  EXPECT_EQ(reader.resolve(second.substr(0, 12)).commit, second);
  EXPECT_EQ(reader.resolve("nonsense").resolution, Resolution::unknown);
  EXPECT_THROW(reader.resolve("a..b"), Error);
  EXPECT_THROW(reader.resolve(std::string(tip) + ":a"), Error);
  EXPECT_THROW(reader.resolve(std::string(tip) + "^{tree}"), Error);
  EXPECT_THROW(reader.resolve(""), Error);
  EXPECT_THROW(reader.resolve(std::string(tip) + "^{/(}"), Error);
}

TEST_P(GitRead, FindsTheLastCommitWithOtherContent) {
  upstream_.push({{"a/f", "1"}, {"b/f", "1"}});
  const std::string changed = upstream_.push({{"a/f", "2"}});
  upstream_.push({{"b/f", "2"}});
  const std::string last = upstream_.push({{"b/f", "3"}, {"a/f", "3"}});
  fetch(10).fetch();
  Read reader = read();
  const auto older = reader.older(last, {"a"});
  EXPECT_EQ(older.resolution, Resolution::found);
  EXPECT_EQ(reader.older(older.commit, {"a"}).resolution, Resolution::found);
  EXPECT_NE(older.commit, changed) << "the nearest of those with that content is meant";
  EXPECT_EQ(reader.older(last, {"never"}).resolution, Resolution::unknown);
}

TEST_P(GitRead, TheShallowEdgeIsNotTheEndOfHistory) {
  upstream_.push({{"a", "1"}, {"b", "1"}});
  for (int i = 0; i < 6; i++) upstream_.push({{"b", std::to_string(i)}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  const auto now = reader.resolve(tip, {"a"});
  EXPECT_EQ(reader.older(now.commit, {"a"}).resolution, Resolution::not_fetched);
  EXPECT_EQ(reader.resolve("nonsense").resolution, Resolution::not_fetched);
  fetched.deepen(50);
  Read later = read();
  EXPECT_EQ(later.older(now.commit, {"a"}).resolution, Resolution::unknown);
}

TEST_P(GitRead, WritesATreeWhateverTheUmask) {
  const auto run = upstream_.blob("#!/bin/sh\n");
  const auto plain = upstream_.blob("plain");
  const auto target = upstream_.blob("../plain");
  const auto sub = upstream_.tree({"120000 blob " + target + "\tlink"});
  const auto root =
      upstream_.tree({"040000 tree " + sub + "\tdir", "100644 blob " + plain + "\tplain",
                      "100755 blob " + run + "\trun"});
  upstream_.commit_tree(upstream_.tree({"040000 tree " + root + "\tetc"}));
  Fetch fetched = fetch();
  fetched.fetch();
  const mode_t before = umask(GetParam() == Place::free ? 0077 : 0022);
  Read reader = read();
  umask(before);
  EXPECT_EQ(write_link(fetched, reader, "etc", "tree").error, "");
  const std::string tree = reader.staging() + "/tree";
  EXPECT_EQ(mode_of(tree), S_IFDIR | 0755U);
  EXPECT_EQ(mode_of(tree + "/dir"), S_IFDIR | 0755U);
  EXPECT_EQ(mode_of(tree + "/plain"), S_IFREG | 0644U);
  EXPECT_EQ(mode_of(tree + "/run"), S_IFREG | 0755U);
  EXPECT_EQ(std::filesystem::read_symlink(tree + "/dir/link"), "../plain");
  EXPECT_EQ(read_file(tree + "/dir/link"), "plain");
}

TEST_P(GitRead, WritesASingleFile) {
  upstream_.push({{"etc/a.conf", "content"}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  EXPECT_EQ(write_link(fetched, reader, "etc/a.conf", "file").error, "");
  EXPECT_EQ(read_file(reader.staging() + "/file"), "content");
  EXPECT_EQ(mode_of(reader.staging() + "/file"), S_IFREG | 0644U);
}

TEST_P(GitRead, ABlobThatIsNotThereIsAnErrorAndNothingIsLeft) {
  upstream_.push({{"etc/a", "1"}, {"etc/b", "2"}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  const auto entry = reader.resolve(tip, {"etc"}).entries.at(0);
  const auto missing = reader.missing(entry);
  ASSERT_EQ(missing.size(), 2U);
  fetched.blobs({missing.at(0)});
  const auto written = reader.write(entry, "tree");
  EXPECT_EQ(written.error, "the content of b has not been fetched");
  EXPECT_FALSE(written.refused);
  EXPECT_TRUE(std::filesystem::is_empty(reader.staging()));
}

TEST_P(GitRead, WhatStandsAtTheNameIsNotTouched) {
  upstream_.push({{"etc/a", "1"}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  temp_.file("state/staging/tree", "precious");
  EXPECT_THROW(write_link(fetched, reader, "etc", "tree"), Error);
  EXPECT_EQ(read_file(reader.staging() + "/tree"), "precious");
  for (const char* name : {"", ".", "..", "../x", "a/b"})
    EXPECT_THROW(write_link(fetched, reader, "etc", name), Error) << name;
}

TEST_P(GitRead, LongListsTravelInPieces) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 1200; i++) files["etc/" + std::to_string(i)] = std::to_string(i);
  upstream_.push(files);
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  const auto entry = reader.resolve(tip, {"etc"}).entries.at(0);
  const auto missing = reader.missing(entry);
  EXPECT_EQ(missing.size(), 1200U);
  fetched.blobs(missing);
  EXPECT_TRUE(reader.missing(entry).empty());
  EXPECT_EQ(reader.write(entry, "tree").error, "");
  EXPECT_EQ(reader.diff({}, entry).size(), 1200U);
}

TEST_P(GitRead, DiffNamesFilesAndWhatBecameOfThem) {
  const auto a = upstream_.blob("a");
  const auto b = upstream_.blob("b");
  const auto sub = upstream_.tree({"100644 blob " + a + "\tx", "100644 blob " + a + "\ty"});
  const auto before =
      upstream_.tree({"100644 blob " + a + "\tchanged", "100644 blob " + a + "\tgone",
                      "120000 blob " + a + "\tlink", "100644 blob " + a + "\tmode",
                      "040000 tree " + sub + "\tsame", "040000 tree " + sub + "\tturn"});
  const auto after =
      upstream_.tree({"100644 blob " + b + "\tchanged", "100644 blob " + a + "\tlink",
                      "100755 blob " + a + "\tmode", "100644 blob " + a + "\tnew",
                      "040000 tree " + sub + "\tsame", "100644 blob " + a + "\tturn"});
  upstream_.commit_tree(
      upstream_.tree({"040000 tree " + before + "\ta", "040000 tree " + after + "\tb"}));
  fetch().fetch();
  Read reader = read();
  const auto entries = reader.resolve(tip, {"a", "b"}).entries;
  EXPECT_EQ(reader.diff(entries[0], entries[1]),
            (std::vector<std::string>{"M changed", "D gone", "T link", "M mode", "A new",
                                      "D turn/x", "D turn/y", "A turn"}));
  EXPECT_TRUE(reader.diff(entries[0], entries[0]).empty());
  EXPECT_EQ(reader.diff({EntryKind::file, a}, {EntryKind::file, b}),
            std::vector<std::string>{"M "});
}

TEST_P(GitRead, ADamagedMirrorIsCalledThat) {
  Read none(temp_, make_mirror(temp_, "empty"), GetParam());
  const auto empty = none.ask<git::Failure>(git::ReadRequest(git::Resolve{tip, {}}));
  EXPECT_EQ(empty.kind, git::FailureKind::damaged) << empty.message;
  std::string content;  // long enough that what is overwritten is content
  for (int i = 0; i < 1000; i++) content += std::to_string(i * i);
  upstream_.push({{"a", content}});
  Fetch fetched = fetch();
  fetched.fetch();
  Read reader = read();
  const auto entry = reader.resolve(tip, {"a"}).entries.at(0);
  fetched.blobs({entry.oid});
  for (const auto& file : std::filesystem::directory_iterator(fetched.mirror() + "/objects/pack")) {
    if (file.path().extension() != ".pack") continue;
    command({"chmod", "u+w", file.path()});
    std::fstream pack(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(14);
    pack << "garbage that is no object";
  }
  Read later = read();
  const auto spoilt =
      later.ask<git::Failure>(git::ReadRequest(git::WriteTree{entry.oid, entry.kind, "file", {}}));
  EXPECT_EQ(spoilt.kind, git::FailureKind::damaged) << spoilt.message;
}

}  // namespace
}  // namespace overlayd::test
