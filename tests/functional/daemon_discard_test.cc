// What nobody waits for is removed all the same.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <filesystem>

#include "base/error.h"
#include "daemon/upstream/discard.h"
#include "daemon/upstream/mirror.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

class Discard : public testing::Test {
 protected:
  Discard() {
    // orphans become ours, so that their end can be waited for
    check(prctl(PR_SET_CHILD_SUBREAPER, 1), "cannot adopt orphans");
    settings_.state_directory = temp_.path();
    temp_.dir("staging");
  }
  static void wait_for_all() {
    while (waitpid(-1, nullptr, 0) > 0) continue;
  }

  test::TempDir temp_;
  Settings settings_;
};

TEST_F(Discard, TakesWhatIsNamedAndNothingElse) {
  temp_.file("staging/a/b/c", "x");
  temp_.file("staging/d", "x");
  temp_.file("staging/kept", "x");
  discard(temp_ / "staging", {"a", "d", "never there"});
  wait_for_all();
  EXPECT_EQ(std::distance(fs::directory_iterator(temp_ / "staging"), {}), 1);
}

TEST_F(Discard, CannotFail) {
  discard(temp_ / "missing", {"a"});
  wait_for_all();
}

TEST_F(Discard, NewStagingFolderIsNoneThatWasLeftOver) {
  temp_.file("staging/1/old", "x");
  temp_.file("staging/2.accepted/old", "x");
  const StagingFolder folder(settings_);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(Discard, StagingIsCleanedUp) {
  temp_.file("staging/1/old", "x");
  temp_.file("staging/1.accepted/old", "x");
  discard_left_over_staging(settings_);
  {
    const StagingFolder folder(settings_);
    temp_.file(folder.path().substr(temp_.path().size() + 1) + "/new", "x");
    temp_.file(folder.path().substr(temp_.path().size() + 1) + ".accepted/new", "x");
  }
  wait_for_all();
  EXPECT_TRUE(fs::is_empty(temp_ / "staging"));
}

}  // namespace
}  // namespace overlayd
