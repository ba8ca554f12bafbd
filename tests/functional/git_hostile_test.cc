// Trees that somebody made to break out, and what is refused of them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "tests/functional/support/command.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

using git::EntryKind;

// The crafted repository is read as it is: what the server of a fetch would not send, too.
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

// Why `link` of what is fetched now is not written; empty if it is.
std::string objection(Fetch& fetch, Read& read, const std::string& link) {
  try {
    return write_link(fetch, read, link, "tree-of-" + link).error;
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_F(GitHostile, AFetchTakesAllAndABadTreeIsRefusedAlone) {
  const auto blob = upstream_.blob("x");
  const std::vector<std::pair<std::vector<Item>, std::string>> bad{
      {{{"100644", "..", blob}}, ".. is no name for a file"},
      {{{"100644", ".GIT", blob}}, ".GIT is a name that Git keeps for itself"},
      {{{"100644", "a/b", blob}}, "a/b has a slash in its name"},
      {{{"100644", "a", blob}, {"100644", "a", blob}}, "a is there twice"},
      {{{"104755", "a", blob}}, "a has the mode 104755"},
      {{{"300644", "a", blob}}, "what was committed is not well formed"},
      {{{"100644", "a", std::string(40, '0')}}, "has the null id"}};
  std::vector<Item> root;
  for (size_t i = 0; i < bad.size(); i++)
    root.push_back({"40000", fmt::format("bad{}", i), upstream_.raw_tree(bad[i].first)});
  root.push_back({"40000", "good", upstream_.raw_tree({{"100644", "file", blob}})});
  upstream_.commit_tree(upstream_.raw_tree(root));
  Fetch fetch(temp_, upstream_.url(), {.place = Place::sandboxed, .mirror = {}, .files = {}});
  fetch.fetch();
  Read read(temp_, fetch.mirror(), Place::sandboxed);
  for (size_t i = 0; i < bad.size(); i++) {
    const auto why = objection(fetch, read, fmt::format("bad{}", i));
    EXPECT_NE(why.find(bad[i].second), std::string::npos) << i << ": " << why;
  }
  EXPECT_EQ(objection(fetch, read, "good"), "");
}

TEST_F(GitHostile, WhatNobodyCanReadIsRefusedAndEndsNothing) {
  const auto wide = upstream_.raw_tree({{"300644", "a", upstream_.blob("x")}});
  const auto commit = upstream_.git({"hash-object", "-t", "commit", "-w", "--stdin"},
                                    "tree " + wide + "\nauthor A <a@b> 1 +0000\n\nx\n");
  Read reader(temp_, mirror(), Place::sandboxed);
  for (const auto& request :
       {git::ReadRequest(git::ListMissing{.oid = wide, .kind = EntryKind::directory}),
        git::ReadRequest(git::Resolve{.revision = commit, .links = {}})}) {
    reader.send(request);
    const auto answer = Helper::expect<git::Failure>(reader.receive());
    EXPECT_EQ(answer.kind, git::FailureKind::refused);
    EXPECT_NE(answer.message.find("not well formed"), std::string::npos) << answer.message;
  }
}

// flask and rails have such modes in their history.
TEST_F(GitHostile, AnyOrderAndZerosInFrontOfAModeDoNoHarm) {
  const auto blob = upstream_.blob("x");
  const auto sub = upstream_.raw_tree({{"100644", "z", blob}, {"0100755", "a", blob}});
  std::vector<Item> root;
  const std::string names = "hgfedcba";
  for (const char name : names) root.push_back({"040000", std::string(1, name), sub});
  for (int i = 0; i < 2; i++) root.push_back({"40000", "twice", sub});
  upstream_.commit_tree(upstream_.raw_tree(root));
  Fetch fetch(temp_, upstream_.url());
  fetch.fetch();
  Read read(temp_, fetch.mirror());
  for (const char name : names) EXPECT_EQ(objection(fetch, read, std::string(1, name)), "") << name;
  EXPECT_TRUE(std::filesystem::is_regular_file(read.staging() + "/tree-of-a/z"));
  EXPECT_EQ(access((read.staging() + "/tree-of-a/a").c_str(), X_OK), 0);
  EXPECT_EQ(objection(fetch, read, "twice"), "twice is there twice");
}

}  // namespace
}  // namespace overlayd::test
