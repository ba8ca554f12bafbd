// What root takes over from the unprivileged writer.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "daemon/trees/accept.h"
#include "git/limits.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {
namespace {

class Accept : public testing::Test {
 protected:
  Refusals accept(const std::vector<std::string>& names) {
    std::vector<Delivery> deliveries;
    deliveries.reserve(names.size());
    for (const auto& name : names) deliveries.push_back({.name = name, .ownership = {}});
    return accept_deliveries(store_, delivered_, deliveries, 0);
  }

  TempDir temp_;
  TreeStore store_{temp_.dir("trees")};
  std::string delivered_ = temp_.dir("staging/1");
};

TEST_F(Accept, OneThatIsRefusedHindersNoOther) {
  temp_.file("staging/1/good/page", "one");
  check(mkfifo((temp_.dir("staging/1/bad") + "/pipe").c_str(), 0644), "cannot make a pipe");
  const Refusals refusals = accept({"bad", "good", "nothing"});
  EXPECT_EQ(read_file(store_.path("good") + "/page"), "one");
  EXPECT_FALSE(store_.has("bad"));
  EXPECT_FALSE(std::filesystem::exists(workbench_of(delivered_) + "/bad")) << "it takes room";
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals.at("bad"),
            "bad/pipe is neither a directory, a plain file of its own nor a link");
  EXPECT_EQ(refusals.at("nothing"), "cannot look at nothing: No such file or directory");
  EXPECT_EQ(list_dir(open_dir(store_.folder()).get()), std::vector<std::string>{"good"});
}

// Who delivered it may sit in a folder of it, or hold a file open, for as long as it likes.
TEST_F(Accept, WhatIsHeldOpenChangesNothingInTheStore) {
  const Fd page(check(open(temp_.file("staging/1/held/page", "one").c_str(), O_RDWR | O_CLOEXEC),
                      "cannot open the page"));
  const Fd folder = open_dir(delivered_ + "/held");
  EXPECT_TRUE(accept({"held"}).empty());
  write_all(page.get(), "two");
  symlinkat("/etc/shadow", folder.get(), "evil");
  EXPECT_EQ(read_file(store_.path("held") + "/page"), "one");
  EXPECT_EQ(list_dir(open_dir(store_.path("held")).get()), std::vector<std::string>{"page"});
}

TEST_F(Accept, CopiesModesLinksAndContent) {
  const std::string large(3 << 20, 'x');
  temp_.file("staging/1/tree/a/large", large);
  temp_.file("staging/1/tree/empty", "");
  std::filesystem::create_symlink("a/large", delivered_ + "/tree/link");
  check(chmod(temp_.file("staging/1/tree/run", "run").c_str(), 06711), "cannot set a mode");
  EXPECT_TRUE(accept({"tree"}).empty());
  const std::string tree = store_.path("tree");
  EXPECT_EQ(read_file(tree + "/link"), large);
  EXPECT_EQ(read_file(tree + "/empty"), "");
  EXPECT_EQ(std::filesystem::status(tree + "/run").permissions(), std::filesystem::perms{0755});
  EXPECT_EQ(std::filesystem::status(tree + "/a").permissions(), std::filesystem::perms{0755});
}

TEST_F(Accept, WhatIsTooLargeIsRefusedBeforeItIsCopied) {
  std::filesystem::resize_file(temp_.file("staging/1/large", ""), git::max_file_bytes + 1);
  EXPECT_EQ(accept({"large"}).at("large"), "large is larger than what is taken over");
}

TEST_F(Accept, WhatIsNestedDeeperThanTheWriterNestsIsRefused) {
  std::string folders;
  for (size_t i = 0; i < git::max_tree_depth; i++) folders += "/d";
  temp_.file("staging/1/deep" + folders + "/file", "");
  temp_.file("staging/1/deeper" + folders + "/d/file", "");
  const Refusals refusals = accept({"deep", "deeper"});
  EXPECT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals.at("deeper"), "deeper" + folders + "/d is nested too deeply");
}

TEST_F(Accept, WhatTheStoreHasStaysAsItIs) {
  temp_.file("trees/known/page", "one");
  temp_.file("staging/1/known/page", "two");
  std::filesystem::create_symlink("/etc/known", delivered_ + "/known/link");
  EXPECT_TRUE(accept({"known"}).empty());
  EXPECT_EQ(read_file(store_.path("known") + "/page"), "one");
  EXPECT_FALSE(store_.has("known.links"));
}

TEST(Refusals, SurviveTheWayThroughAReport) {
  const Refusals refusals{{"a", "one reason"}, {"b", "two\nlines"}};
  const Refusals again = parse_refusals(to_text(refusals));
  EXPECT_EQ(again.size(), 2U);
  EXPECT_EQ(again.at("a"), "one reason");
  EXPECT_EQ(again.at("b").find('\n'), std::string::npos);
  EXPECT_EQ(parse_refusals("a one rea"), (Refusals{{"a", "one rea"}}));
  EXPECT_TRUE(parse_refusals("").empty());
}

}  // namespace
}  // namespace overlayd::test
