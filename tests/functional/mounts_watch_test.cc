// Being told of mounts as they come and go.
#include <gtest/gtest.h>

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
