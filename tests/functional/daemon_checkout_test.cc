// Checkouts, in a folder that may be an administrator's own.
#include <gtest/gtest.h>
#include <sys/file.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "daemon/steps/checkout.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

const std::string commit_a(40, 'a');
const std::string commit_b(40, 'b');
const std::string commit_c(40, 'c');

class Checkout : public testing::Test {
 protected:
  // What a change does: made first, then switched to.
  std::string deploy(const std::string& commit, const CheckoutLinks& links) {
    std::string name = checkout_name(commit, links);
    make_checkout(folder_, name, links);
    switch_checkout(folder_, name);
    return name;
  }
  std::string shown(const std::string& path) const { return read_file(folder_ + "/" + path); }

  test::TempDir temp_;
  std::string folder_ = temp_ / "mount/web";
  std::string one_ = temp_.file("trees/one/page", "one");
  std::string two_ = temp_.file("trees/two/page", "two");
  CheckoutLinks first_{{"etc", temp_ / "trees/one"}};
  CheckoutLinks second_{{"etc", temp_ / "trees/two"}, {"more/of/it", temp_ / "trees/one"}};
};

TEST_F(Checkout, CurrentLeadsToTheTreesAndNamesTheCommitFirst) {
  const std::string name = deploy(commit_a, second_);
  EXPECT_TRUE(name.starts_with(commit_a + "-"));
  EXPECT_EQ(current_checkout(folder_), name);
  EXPECT_TRUE(is_current_checkout(folder_, name));
  EXPECT_EQ(shown("current/etc/page"), "two");
  EXPECT_EQ(shown("current/more/of/it/page"), "one");
}

TEST_F(Checkout, OtherContentOfTheSameCommitIsNotLiveBeforeItIsSwitchedTo) {
  const std::string before = deploy(commit_a, first_);
  const std::string after = checkout_name(commit_a, second_);
  make_checkout(folder_, after, second_);
  EXPECT_NE(before, after);
  EXPECT_EQ(shown("current/etc/page"), "one");
  switch_checkout(folder_, after);
  EXPECT_EQ(shown("current/etc/page"), "two");
  switch_checkout(folder_, before);
  EXPECT_EQ(shown("current/etc/page"), "one");
}

TEST_F(Checkout, LiveOneIsLeftAloneAndADamagedOneMadeAgain) {
  const std::string name = deploy(commit_a, second_);
  const Fd live = open_dir(folder_ + "/" + name);
  make_checkout(folder_, name, second_);
  EXPECT_EQ(list_dir(live.get()), (std::vector<std::string>{"etc", "more"}));
  fs::remove(folder_ + "/" + name + "/etc");
  make_checkout(folder_, name, second_);
  EXPECT_EQ(shown("current/etc/page"), "two");
}

TEST_F(Checkout, OneBeforeIsKeptAndOlderOnesGo) {
  const std::string a = deploy(commit_a, first_);
  const std::string b = deploy(commit_b, first_);
  const std::string c = deploy(commit_c, first_);
  EXPECT_FALSE(fs::exists(folder_ + "/" + a));
  EXPECT_TRUE(fs::exists(folder_ + "/" + b));
  EXPECT_TRUE(fs::exists(folder_ + "/" + c));
}

TEST_F(Checkout, OfTheWholeRepositoryIsALinkToItsTree) {
  deploy(commit_a, {{".", temp_ / "trees/one"}, {"etc", temp_ / "trees/two"}});
  EXPECT_EQ(shown("current/page"), "one");
}

TEST_F(Checkout, WhatIsNotOursInTheFolderStays) {
  temp_.file("mount/web/notes", "mine");
  temp_.file("mount/web/backup/" + commit_a, "mine");
  temp_.file("mount/web/.new/file", "mine");
  temp_.file("mount/web/.current.new/file", "mine");  // and in nobody's way
  fs::create_symlink("left over", temp_.dir("mount/web") + "/.link-0123456789abcdef");
  temp_.file("mount/web/" + commit_b + "/file", "mine");
  temp_.file("mount/web/" + commit_b + "-0123abcd.old/file", "mine");
  for (const auto& commit : {commit_a, commit_b, commit_c}) deploy(commit, first_);
  remove_checkouts(folder_);
  const Fd dir = open_dir(folder_);
  EXPECT_EQ(list_dir(dir.get()),
            (std::vector<std::string>{".current.new", ".new", "backup", commit_b,
                                      commit_b + "-0123abcd.old", "notes"}));
  EXPECT_EQ(shown("backup/" + commit_a), "mine");
}

TEST_F(Checkout, RemovalTakesAnEmptyFolderButNeverTheOneAround) {
  deploy(commit_a, first_);
  remove_checkouts(folder_);
  EXPECT_FALSE(fs::exists(folder_));
  EXPECT_TRUE(fs::exists(temp_ / "mount"));
}

TEST_F(Checkout, SomebodyElsesCurrentIsNeitherReplacedNorRemoved) {
  temp_.dir("mount/web");
  fs::create_symlink("/srv/release-7", folder_ + "/current");
  EXPECT_THROW(deploy(commit_a, first_), Error);
  EXPECT_THROW(switch_checkout(folder_, checkout_name(commit_a, first_)), Error);
  remove_checkouts(folder_);
  EXPECT_EQ(current_checkout(folder_), "/srv/release-7");
}

TEST_F(Checkout, ThatIsGoneIsNotCurrentAnyMore) {
  const std::string name = deploy(commit_a, first_);
  fs::remove_all(folder_ + "/" + name);
  EXPECT_FALSE(is_current_checkout(folder_, name));
  make_checkout(folder_, name, first_);
  EXPECT_TRUE(is_current_checkout(folder_, name));
}

TEST_F(Checkout, FolderAroundIsLockedSoThatNothingInItAges) {
  const auto locked = [&] {
    const Fd around = open_dir(temp_ / "mount");
    return flock(around.get(), LOCK_SH | LOCK_NB) != 0;
  };
  deploy(commit_a, first_);
  EXPECT_TRUE(locked());
  deploy(commit_b, first_);
  EXPECT_TRUE(locked());
  fs::remove_all(temp_ / "mount");
  deploy(commit_a, first_);
  EXPECT_TRUE(locked());
}

}  // namespace
}  // namespace overlayd
