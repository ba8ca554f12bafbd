// Both ways to swap overlays, with readers that may see the old or the new content and nothing
// else.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "mounts/apart.h"
#include "mounts/overlay.h"
#include "mounts/stage.h"
#include "mounts/table.h"
#include "tests/functional/support/command.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {
namespace {

constexpr int swaps = 200;

// What the readers count, in memory that all processes share.
struct Seen {
  std::atomic<long> a, b, other;
};

Seen& shared_counters() {
  void* memory =
      mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (memory) Seen{};
}

[[noreturn]] void read_for_ever(const std::string& file, Seen& seen) {
  for (;;) {
    char first = 0;
    const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || read(fd.get(), &first, 1) != 1) first = 0;
    (first == 'a' ? seen.a : first == 'b' ? seen.b : seen.other)++;
  }
}

void become_slave() {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  check(mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "cannot separate mounts");
}

class MountsSwap : public ::testing::TestWithParam<SwapMode> {
 protected:
  // In a namespace that shares among its own processes only, as a machine does that systemd booted.
  void SetUp() override {
    check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
    check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot separate mounts");
    check(mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, nullptr), "cannot mount a tmpfs");
    propagate(MS_SHARED);
    for (const std::string name : {"a", "b"}) {
      folder_.file("trees/" + name + "/page", name);
      folder_.dir("trees/" + name + "/inside");
      folder_.file("trees/" + name + "-file", name);
    }
    folder_.file("etc/page", "underneath");
    folder_.file("etc/single", "underneath");
  }
  void TearDown() override { umount2(folder_.path().c_str(), MNT_DETACH); }

  void propagate(unsigned long how) const {
    check(mount(nullptr, folder_.path().c_str(), nullptr, how, nullptr), "cannot set propagation");
  }
  Fd staged(int version, const std::string& suffix) const {
    return stage(folder_ / ("trees/" + std::string(version % 2 == 0 ? "a" : "b") + suffix));
  }
  int mounts_at(const std::string& target) const {
    int count = 0;
    for (const auto& entry : read_mount_table()) count += entry.target == target ? 1 : 0;
    return count;
  }

  // Swaps what is at `target` to and fro while `page` is read, here and in a namespace that
  // follows.
  void expect_no_gap(const std::string& target, const std::string& page,
                     const std::string& suffix = "") const {
    const int before = mounts_at(target);
    attach(staged(0, suffix), target, {});
    std::array<Seen*, 2> seen{&shared_counters(), &shared_counters()};
    {
      const Background here([&] { read_for_ever(page, *seen[0]); });
      const Background follower([&] {
        become_slave();
        read_for_ever(page, *seen[1]);
      });
      for (const auto* one : seen)
        while (one->a == 0) sched_yield();
      const auto saw_both = [&] { return seen[0]->b > 0 && seen[1]->b > 0; };
      for (int i = 1; i <= swaps || !saw_both(); i++) swap(staged(i, suffix), target, GetParam());
    }
    for (const auto* one : seen)
      EXPECT_EQ(one->other, 0) << one->a << " times a, " << one->b << " times b";
    EXPECT_EQ(mounts_at(target), before + 1);
    detach(target, folder_ / "trees");
  }

  const TempDir folder_;
};

TEST_P(MountsSwap, DirectoryHasNoGap) { expect_no_gap(folder_ / "etc", folder_ / "etc/page"); }

TEST_P(MountsSwap, FileHasNoGap) {
  expect_no_gap(folder_ / "etc/single", folder_ / "etc/single", "-file");
}

TEST_P(MountsSwap, FileSystemOfItsOwnHasNoGap) {
  const std::string disk = folder_.dir("disk");
  check(mount("tmpfs", disk.c_str(), "tmpfs", 0, nullptr), "cannot mount a tmpfs");
  folder_.file("disk/page", "underneath");
  expect_no_gap(disk, disk + "/page");
  EXPECT_EQ(read_file(disk + "/page"), "underneath");
}

TEST_P(MountsSwap, OverlayInsideAnotherHasNoGap) {
  attach(staged(0, ""), folder_ / "etc", {});
  expect_no_gap(folder_ / "etc/inside", folder_ / "etc/inside/page");
}

TEST_P(MountsSwap, NothingIsLeftBelow) {
  attach(staged(0, ""), folder_ / "etc", {});
  swap(staged(1, ""), folder_ / "etc", GetParam());
  EXPECT_EQ(read_file(folder_ / "etc/page"), "b");
  detach(folder_ / "etc", folder_ / "trees");
  EXPECT_EQ(read_file(folder_ / "etc/page"), "underneath");
}

TEST_P(MountsSwap, OnlyWhatIsVisibleIsActedOn) {
  const std::string etc = folder_ / "etc";
  attach(staged(0, ""), etc, {});
  EXPECT_TRUE(stands_visibly(etc, folder_ / "trees"));
  check(mount("tmpfs", etc.c_str(), "tmpfs", 0, nullptr), "cannot mount a tmpfs");
  EXPECT_THROW(stands_visibly(etc, folder_ / "trees"), Error);
  detach(etc, folder_ / "trees");
  EXPECT_EQ(mounts_at(etc), 2);
  check(umount2(etc.c_str(), MNT_DETACH), "cannot unmount");
  // of ours, all that is stacked
  attach(staged(1, ""), etc, {});
  detach(etc, folder_ / "trees");
  EXPECT_EQ(mounts_at(etc), 0);
  EXPECT_FALSE(stands_visibly(etc, folder_ / "trees"));
}

TEST_P(MountsSwap, WorksWherePropagationIsOff) {
  propagate(MS_PRIVATE);
  attach(staged(0, ""), folder_ / "etc", {});
  for (int i = 1; i <= 3; i++) swap(staged(i, ""), folder_ / "etc", GetParam());
  EXPECT_EQ(read_file(folder_ / "etc/page"), "b");
  EXPECT_EQ(mounts_at(folder_ / "etc"), 1);
}

std::vector<SwapMode> modes() {
  if (swap_mode() == SwapMode::propagated) return {SwapMode::propagated};
  return {SwapMode::beneath, SwapMode::propagated};
}
// The lock of a daemon that has ended must not be kept by what hangs.
TEST(MountsApart, KeepsNoDescriptorButThoseThatItNeeds) {
  const Fd lock = open_dir("/");
  const Fd needed = open_dir("/");
  const Fd kept = run_apart({needed.get()}, [&] {
    if (fcntl(lock.get(), F_GETFD) != -1) throw Error("the lock is still open");
    return open_dir_at(needed.get(), "proc");
  });
  EXPECT_TRUE(kept);
}

INSTANTIATE_TEST_SUITE_P(, MountsSwap, ::testing::ValuesIn(modes()), [](const auto& mode) {
  return mode.param == SwapMode::beneath ? "Beneath" : "Propagated";
});

}  // namespace
}  // namespace overlayd::test
