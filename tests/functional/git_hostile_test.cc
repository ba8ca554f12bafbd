// Trees that somebody made to break out, and what is refused of them.

#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.h"
#include "tests/functional/support/command.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

using git::EntryKind;

// The crafted repository is read as it is: no fetch looks at it first.
class GitHostile : public testing::Test {
 protected:
  using Item = UpstreamRepository::Item;

  // Why `root` is not written; empty if it is.
  std::string refusal(const std::string& root, const std::vector<std::string>& locals = {}) {
    Read reader(temp_, mirror(), Place::sandboxed);
    const auto before = everything();
    const auto written = reader.write({EntryKind::directory, root}, "tree", locals);
    if (!written.error.empty()) {
      EXPECT_EQ(everything(), before) << written.error;
    } else {
      std::filesystem::remove_all(reader.staging() + "/tree");
    }
    EXPECT_EQ(printable(written.error, 10000), written.error);
    return written.error;
  }

  std::string link_refusal(const std::string& target, const std::vector<std::string>& locals = {}) {
    const auto sub = upstream_.raw_tree({{"120000", "link", upstream_.blob(target)}});
    return refusal(upstream_.raw_tree({{"40000", "etc", sub}}), locals);
  }

  std::string name_refusal(const std::string& name) {
    return refusal(upstream_.raw_tree({{"100644", name, upstream_.blob("x")}}));
  }

  // A copy, because the sandbox shows only what is in the state directory.
  std::string mirror() {
    std::string copy = temp_ / "state/mirrors/hostile.git";
    std::filesystem::remove_all(copy);
    temp_.dir("state/mirrors");
    std::filesystem::copy(upstream_.path(), copy, std::filesystem::copy_options::recursive);
    return copy;
  }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};

 private:
  std::vector<std::string> everything() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(temp_.path()))
      if (entry.path().string().find("hostile.git") == std::string::npos)
        names.push_back(entry.path());
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(GitHostile, NamesThatAreNoneAreRefused) {
  for (const char* name : {"..", ".", ".git", ".GiT", "../up", "a/b", "/etc", "line\nbreak",
                           "escape\x1b[2J", "\x7f"}) {
    EXPECT_NE(name_refusal(name), "") << name;
  }
  EXPECT_NE(name_refusal(std::string(10000, 'n')), "");
  EXPECT_EQ(name_refusal(std::string(255, 'n')), "");
  EXPECT_EQ(name_refusal(".gitignore"), "");
  EXPECT_EQ(name_refusal("caf\xc3\xa9 -rf"), "");
}

TEST_F(GitHostile, LinksThatLeadOutAreRefused) {
  EXPECT_EQ(link_refusal("../../../shadow"),
            "etc/link -> ../../../shadow leads out of the overlay");
  for (const char* target : {"/etc/shadow", "../..", "a/../../..", "x/../y", "/", "",
                             "../../../../../../../../../../../../etc/passwd"})
    EXPECT_NE(link_refusal(target), "") << target;
  EXPECT_NE(link_refusal(std::string(5000, 'a')), "");
  EXPECT_NE(link_refusal(std::string("a\0b", 3)), "");
  EXPECT_NE(link_refusal("/etc/app/../shadow", {"/etc/app"}), "");
  EXPECT_NE(link_refusal("/etc/application", {"/etc/app"}), "");
}

TEST_F(GitHostile, TargetsOfLinksWithControlCharactersAreRefused) {
  for (const char* target : {"a\nb", "\n", "red\x1b[31m", "/etc/app/a\nb", "\x7f"})
    EXPECT_NE(link_refusal(target, {"/etc/app"}).find("control character"), std::string::npos)
        << target;
}

TEST_F(GitHostile, WhatIsNotWhatItsEntrySaysIsRefusedAlone) {
  const auto blob = upstream_.blob("x");
  const auto good = upstream_.raw_tree({{"100644", "file", blob}});
  const auto missing_tree = upstream_.raw_tree({{"40000", "etc", std::string(40, '1')}});
  EXPECT_NE(refusal(missing_tree), "");
  EXPECT_NE(refusal(upstream_.raw_tree({{"100644", "file", good}})), "");
  Read reader(temp_, mirror(), Place::sandboxed);
  for (const auto& root : {missing_tree, upstream_.raw_tree({{"40000", "etc", blob}})}) {
    reader.send(git::ReadRequest(git::ListMissing{.oid = root, .kind = EntryKind::directory}));
    const auto answer = Helper::expect<git::Failure>(reader.receive());
    EXPECT_EQ(answer.kind, git::FailureKind::refused) << answer.message;
  }
  EXPECT_TRUE(reader.missing({EntryKind::directory, good}).empty());
  EXPECT_EQ(reader.write({EntryKind::directory, good}, "tree").error, "");
}

TEST_F(GitHostile, LinksThatStayInsideAreKept) {
  for (const char* target : {"other", "../top", "..", "./a", "a/b/c"})
    EXPECT_EQ(link_refusal(target), "") << target;
  EXPECT_EQ(link_refusal("/etc/app/sub/file", {"/srv", "/etc/app"}), "");
}

TEST_F(GitHostile, NothingIsWrittenThroughALink) {
  const auto out = upstream_.blob("..");
  const auto evil = upstream_.raw_tree({{"100644", "planted", upstream_.blob("x")}});
  const auto sub = upstream_.raw_tree({{"120000", "d", out}, {"40000", "d", evil}});
  EXPECT_NE(refusal(upstream_.raw_tree({{"40000", "etc", sub}})), "");
  const auto file = upstream_.raw_tree(
      {{"120000", "f", upstream_.blob("../f")}, {"100644", "f", upstream_.blob("x")}});
  EXPECT_EQ(refusal(upstream_.raw_tree({{"40000", "etc", file}})), "etc/f is there twice");
}

TEST_F(GitHostile, SubmodulesAndLfsPointersAreRefusedWithAdvice) {
  const std::string id(40, '1');
  EXPECT_EQ(refusal(upstream_.raw_tree({{"160000", "lib", id}})),
            "lib is a submodule: put its files into the repository itself");
  const auto pointer = upstream_.blob("version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                      std::string(64, 'a') + "\nsize 12345\n");
  const auto refused = refusal(upstream_.raw_tree({{"100644", "big.bin", pointer}}));
  EXPECT_EQ(refused.find("big.bin is kept in Git LFS"), 0U) << refused;
}

TEST_F(GitHostile, OddModesAreRefused) {
  const auto blob = upstream_.blob("x");
  for (const char* mode : {"104755", "102755", "100777", "060644", "020644", "010644", "140644"})
    EXPECT_NE(refusal(upstream_.raw_tree({{mode, "file", blob}})), "") << mode;
  EXPECT_EQ(refusal(upstream_.raw_tree({{"100664", "file", blob}})), "");
}

TEST_F(GitHostile, ATreeWithoutEndIsRefused) {
  auto deep = upstream_.raw_tree({{"100644", "f", upstream_.blob("x")}});
  for (int i = 0; i < 70; i++) deep = upstream_.raw_tree({{"40000", "d", deep}});
  EXPECT_NE(refusal(deep), "");
  auto wide = upstream_.raw_tree({{"100644", "f", upstream_.blob("x")}});
  for (int i = 0; i < 8; i++) {
    std::vector<Item> items;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"})
      items.push_back({"40000", name, wide});
    wide = upstream_.raw_tree(items);
  }
  EXPECT_NE(refusal(wide), "");
}

TEST_F(GitHostile, AFetchRefusesWhatGitItselfFindsHostile) {
  const auto blob = upstream_.blob("x");
  const std::vector<std::vector<Item>> trees{{{"100644", "..", blob}},
                                             {{"100644", ".git", blob}},
                                             {{"100644", "a/b", blob}},
                                             {{"100644", "a", blob}, {"100644", "a", blob}}};
  for (const auto& items : trees) {
    upstream_.commit_tree(upstream_.raw_tree(items));
    Fetch fetch(temp_, upstream_.url(), {.place = Place::sandboxed, .mirror = {}, .files = {}});
    const auto failure = fetch.failure(git::FetchBranches{{"main"}});
    EXPECT_EQ(failure.kind, git::FailureKind::refused) << failure.message;
    EXPECT_TRUE(failure.message.starts_with("git refuses what the upstream sent: object "))
        << failure.message;
  }
}

}  // namespace
}  // namespace overlayd::test
