// Removing whole directories, as root.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "tests/functional/support/private_mounts.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

class RemoveTree : public testing::Test {
 protected:
  void remove(const std::string& name) {
    const Fd dir = open_dir(temp_.path());
    remove_tree_at(dir.get(), name);
  }
  bool there(const std::string& name) const { return fs::exists(temp_ / name); }

  test::TempDir temp_;
};

TEST_F(RemoveTree, TakesFilesLinksAndDirectories) {
  temp_.file("a/b/c", "x");
  temp_.file("a/.1/.1/file", "x");  // names that directories on their way up could get
  temp_.file("a/.2", "x");
  temp_.dir("a/b/empty");
  remove("a");
  remove("a");  // nothing there
  temp_.file("file", "x");
  remove("file");
  EXPECT_TRUE(fs::is_empty(temp_.path()));
}

TEST_F(RemoveTree, DoesNotFollowLinks) {
  temp_.file("kept/file", "x");
  temp_.dir("a/b");
  fs::create_directory_symlink(temp_ / "kept", temp_ / "a/link");
  fs::create_directory_symlink(temp_ / "kept", temp_ / "a/b/link");
  fs::create_directory_symlink(temp_ / "kept", temp_ / "link");
  remove("a");
  remove("link");
  EXPECT_FALSE(there("a"));
  EXPECT_TRUE(there("kept/file"));
}

TEST_F(RemoveTree, DepthNeedsNoDescriptors) {
  constexpr int levels = 300;
  Fd dir = make_dir_at(open_dir(temp_.path()).get(), "deep", 0755);
  for (int i = 0; i < levels; i++) dir = make_dir_at(dir.get(), "d", 0755);
  rlimit usual{};
  check(getrlimit(RLIMIT_NOFILE, &usual), "cannot read a limit");
  const rlimit few{.rlim_cur = 32, .rlim_max = usual.rlim_max};
  check(setrlimit(RLIMIT_NOFILE, &few), "cannot set a limit");
  remove("deep");
  setrlimit(RLIMIT_NOFILE, &usual);
  EXPECT_FALSE(there("deep"));
}

// Bind mounts of the same file system: the device does not tell them.
TEST_F(RemoveTree, StopsAtMounts) {
  test::make_mounts_private();
  temp_.file("kept/file", "x");
  const auto top = test::bind(temp_ / "kept", temp_.dir("top"));
  const auto one = test::bind(temp_ / "kept", temp_.dir("a/one"));
  const auto two = test::bind(temp_ / "kept", temp_.dir("a/b/two"));
  EXPECT_THROW(remove("top"), Error);
  EXPECT_THROW(remove("a"), Error);
  EXPECT_TRUE(there("kept/file"));
}

}  // namespace
}  // namespace overlayd
