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
  std::string outer_ = temp_.dir("outer");
  std::string inner_ = temp_ / "outer/inner";
  std::string file_ = temp_ / "outer/file";
};

TEST_F(Place, IsRemovedWhileNothingIsInIt) {
  make_place(inner_, PathKind::directory);
  make_place(file_, PathKind::file);
  remove_place(inner_, PathKind::directory);
  remove_place(file_, PathKind::file);
  remove_place(file_, PathKind::file);
  EXPECT_TRUE(fs::is_empty(outer_));
}

TEST_F(Place, StaysUnderAReadOnlyOverlayThatHasTheSame) {
  make_place(inner_, PathKind::directory);
  make_place(file_, PathKind::file);
  temp_.dir("tree/inner");
  temp_.file("tree/file", "");
  {
    const auto cover = test::bind(temp_ / "tree", outer_, test::Access::read_only);
    remove_place(inner_, PathKind::directory);
    remove_place(file_, PathKind::file);
  }
  EXPECT_TRUE(fs::exists(inner_));
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(Place, ThatIsAMountPointIsAnError) {
  make_place(inner_, PathKind::directory);
  const auto cover = test::bind(temp_.dir("tree"), inner_);
  EXPECT_THROW(remove_place(inner_, PathKind::directory), Error);
}

}  // namespace
}  // namespace overlayd
