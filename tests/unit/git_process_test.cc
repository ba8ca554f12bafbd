#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"
#include "git/fetch/process.h"

namespace overlayd::git {
namespace {

using namespace std::chrono_literals;

Outcome shell(const std::string& script, std::chrono::milliseconds patience) {
  return run({"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin"}, {}, patience);
}

TEST(Process, ThatSaysNothingIsEndedWithAllThatItStarted) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Outcome outcome =
      shell(fmt::format("sleep 1000 9>&{0} & echo one >&2; sleep 1000", ends[1]), 1s);
  close(ends[1]);
  EXPECT_EQ(outcome.code, 128 + SIGKILL);
  EXPECT_EQ(outcome.errors, "one\n\nfatal: the upstream has sent nothing for 1 s\n");
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);  // nobody holds the other end any more
  close(ends[0]);
}

TEST(Process, ThatGoesOnSpeakingMayTakeItsTime) {
  // more than its patience in all, a tenth of it at a time
  const Outcome outcome =
      shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; sleep 0.1; done", 1s);
  EXPECT_TRUE(outcome.ok()) << outcome.errors;
}

}  // namespace
}  // namespace overlayd::git
