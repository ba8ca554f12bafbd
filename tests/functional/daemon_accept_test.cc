// What root takes over from the unprivileged writer.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "daemon/trees.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {
namespace {

class Accept : public testing::Test {
 protected:
  Refusals accept(const std::vector<std::string>& names) {
    std::vector<Delivery> deliveries;
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
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals.at("bad"),
            "bad/pipe is neither a directory, a plain file of its own nor a link");
  EXPECT_EQ(refusals.at("nothing"), "cannot look at nothing: No such file or directory");
  EXPECT_EQ(list_dir(open_dir(store_.folder()).get()), std::vector<std::string>{"good"});
  EXPECT_FALSE(std::filesystem::exists(delivered_));
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
