// Being told of mounts as they come and go.
#include <gtest/gtest.h>

#include <vector>

#include <fmt/format.h>

#include "mounts/mount_watch.h"
#include "tests/functional/support/private_mounts.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {
namespace {

TEST(MountWatch, TellsOfEachChange) {
  make_mounts_private();
  const TempDir temp;
  Loop loop;
  int told = 0;
  const MountWatch watch(loop, [&] {
    told++;
    loop.exit(0);
  });
  const Mounted mounted = test::bind(temp.dir("a"), temp.dir("b"));
  EXPECT_EQ(loop.run(), 0);
  EXPECT_EQ(told, 1);
}

TEST(MountWatch, RestsAfterALookThatTookLongAndMissesNothing) {
  constexpr size_t mounts = 20;
  make_mounts_private();
  const TempDir temp;
  const std::string from = temp.dir("a");
  Loop loop;
  std::vector<Mounted> mounted;
  size_t looks = 0;
  const MountWatch watch(loop, [&] {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
    while (std::chrono::steady_clock::now() < until) continue;
    looks++;
    if (mounted.size() == mounts) loop.exit(0);
  });
  Source turn;
  const Callback mount_one = [&] {
    mounted.push_back(test::bind(from, temp.dir(fmt::format("b{}", mounted.size()))));
    if (mounted.size() < mounts) turn = loop.soon(mount_one);
  };
  turn = loop.soon(mount_one);
  EXPECT_EQ(loop.run(), 0);
  EXPECT_LT(looks, mounts / 2);
}

TEST(MountWatch, IsSilentWhileNothingHappens) {
  make_mounts_private();
  const TempDir temp;
  Loop loop;
  const MountWatch watch(loop, [&] { loop.exit(1); });
  Source turn = loop.soon([&] { turn = loop.soon([&] { loop.exit(0); }); });
  EXPECT_EQ(loop.run(), 0);
}

}  // namespace
}  // namespace overlayd::test
