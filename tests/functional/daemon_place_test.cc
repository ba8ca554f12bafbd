// What overlays stand on, when something else covers it.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "daemon/steps/place.h"
#include "tests/functional/support/private_mounts.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

class Place : public testing::Test {
 protected:
  Place() { test::make_mounts_private(); }

  test::TempDir temp_;
  void make() {
    make_place(inner_, PathKind::directory, trees_);
    make_place(file_, PathKind::file, trees_);
  }
  void remove() {
    remove_place(inner_, PathKind::directory, trees_);
    remove_place(file_, PathKind::file, trees_);
  }
  // A tree, or a folder elsewhere, that has the same.
  std::string same(const std::string& where) {
    temp_.dir(where + "/inner");
    temp_.file(where + "/file", "");
    return temp_ / where;
  }

  test::Mounted bind_tree(const std::string& name, const std::string& target) {
    return test::bind(temp_ / ("trees/" + name), target, test::Access::read_only);
  }

  std::string trees_ = temp_.dir("trees");
  std::string outer_ = temp_.dir("etc/outer");
  std::string inner_ = temp_ / "etc/outer/inner";
  std::string file_ = temp_ / "etc/outer/file";
};

TEST_F(Place, IsRemovedWhileNothingIsInIt) {
  make();
  remove();
  remove();
  EXPECT_TRUE(fs::is_empty(outer_));
}

TEST_F(Place, IsRemovedUnderneathOverlaysOfWhichOneStandsInTheOther) {
  make();
  temp_.dir("trees/around/outer");
  same("trees/same");
  {
    const auto around = bind_tree("around", parent_path(outer_));
    const auto cover = bind_tree("same", outer_);
    remove();
    EXPECT_TRUE(fs::exists(inner_));
  }
  EXPECT_TRUE(fs::is_empty(outer_));
}

TEST_F(Place, StaysUnderneathIfItIsNotEmpty) {
  make();
  temp_.file("etc/outer/inner/more", "");
  temp_.file("etc/outer/file", "more");
  same("trees/same");
  {
    const auto cover = bind_tree("same", outer_);
    remove();
  }
  EXPECT_TRUE(fs::exists(inner_));
  EXPECT_TRUE(fs::exists(file_));
}

// That one may be what it was made in.
TEST_F(Place, StaysIfAnotherMountLiesBetween) {
  make();
  same("trees/same");
  {
    const auto between = test::mount_disk(outer_);
    const auto cover = bind_tree("same", outer_);
    remove();
  }
  EXPECT_TRUE(fs::exists(inner_));
}

TEST_F(Place, OnAReadOnlyFileSystemIsNotTakenForOneInAnOverlay) {
  const auto message = [&] {
    try {
      make();
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  temp_.dir("trees/empty");
  temp_.dir("empty");
  {
    const auto cover = bind_tree("empty", outer_);
    EXPECT_EQ(message(), "cannot create " + inner_ +
                             " (it lies inside another overlay: add it to the repository there): "
                             "Read-only file system");
  }
  const auto cover = test::bind(temp_ / "empty", outer_, test::Access::read_only);
  EXPECT_EQ(message(), "cannot create " + inner_ + ": Read-only file system");
}

TEST_F(Place, StaysUnderAReadOnlyMountThatHasTheSame) {
  make();
  const std::string elsewhere = same("elsewhere");
  {
    const auto cover = test::bind(elsewhere, outer_, test::Access::read_only);
    remove();
  }
  EXPECT_TRUE(fs::exists(inner_));
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(Place, ThatIsAMountPointIsAnError) {
  make();
  const auto cover = test::bind(temp_.dir("tree"), inner_);
  EXPECT_THROW(remove(), Error);
}

}  // namespace
}  // namespace overlayd
