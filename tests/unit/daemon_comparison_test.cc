#include <gtest/gtest.h>

#include "daemon/upstream/comparison.h"

namespace overlayd {
namespace {

WishInWork wish_of(const std::vector<std::string>& locals) {
  WishInWork work;
  for (const auto& local : locals)
    work.wish.overlays.push_back(
        {.local = local, .link = local, .action = std::nullopt, .origin = {}});
  return work;
}

git::Differences piece(size_t count, const std::string& path) {
  return {.differences = std::vector<git::Difference>(count, {'M', path}), .last = false};
}

TEST(Differences, OfVeryManyTheRestIsCounted) {
  WishInWork work = wish_of({"/etc/a", "/etc/b"});
  for (int i = 0; i < 30; i++) add_differences(piece(400, "file"), 0, work);
  add_differences(piece(3, "file"), 1, work);
  EXPECT_EQ(work.differences.size(), 10'000U);
  EXPECT_EQ(work.more_differences, 30U * 400 + 3 - 10'000);
}

TEST(Differences, NoAmountOfPathsIsKept) {
  WishInWork work = wish_of({"/etc/a"});
  for (int i = 0; i < 100; i++) add_differences(piece(2, std::string(40'000, 'x')), 0, work);
  EXPECT_LT(work.differences.size(), 30U);
  EXPECT_EQ(work.differences.size() + work.more_differences, 200U);
}

}  // namespace
}  // namespace overlayd
