// A helper that does not do what it should, as the daemon sees it.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/wire.h"
#include "daemon/upstream/worker.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {
namespace {

using namespace std::chrono_literals;

class SilentWorker : public testing::Test {
 protected:
  SilentWorker() { start(); }

  void start() {
    check(chmod(program_.c_str(), 0755), "cannot make a program");
    worker_ = std::make_unique<Worker>(
        loop_, program_,
        Sandbox{
            .uid = 65534, .gid = 65534, .hidden = temp_.dir("state"), .visible = {}, .files = {}},
        60s, "waiting", 1s);
  }

  void ask(const std::string& request) {
    worker_->ask(request, [this](const git::Answer& answer) {
      failures_.push_back(std::get<git::Failure>(answer));
      if (failures_.size() == 2) loop_.exit(0);
    });
  }

  TempDir temp_;
  std::string program_ = temp_.file("bin/silent", "#!/bin/sh\nexec sleep 1000\n");
  Loop loop_;
  std::vector<git::Failure> failures_;
  std::unique_ptr<Worker> worker_;
};

TEST_F(SilentWorker, IsNotWaitedForForEver) {
  ask("one");
  ask("two");
  loop_.run();
  for (const auto& failure : failures_) {
    EXPECT_EQ(failure.kind, git::FailureKind::internal);
    EXPECT_EQ(failure.message, "waiting failed: it gave no answer for 1 s");
  }
}

TEST_F(SilentWorker, WhatIsTooLongIsRefusedAtOnceAndAlone) {
  ask("one");
  ask(std::string(max_message_bytes + 1, 'x'));
  loop_.run();
  EXPECT_EQ(failures_.at(0).kind, git::FailureKind::refused) << failures_.at(0).message;
  EXPECT_EQ(failures_.at(1).kind, git::FailureKind::internal) << failures_.at(1).message;
}

// What is shown is that time passes: more than its patience in all, a tenth of it at a time.
TEST_F(SilentWorker, ThatTellsOfProgressIsWaitedFor) {
  const std::string progress = temp_.file("bin/progress", git::encode(git::Progress{}));
  const std::string answer =
      temp_.file("bin/answer", git::encode(git::Failure{.message = "heard"}));
  temp_.file("bin/silent", fmt::format("#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat {} "
                                       ">&3; sleep 0.1; done; cat {} >&3",
                                       progress, answer));
  worker_.reset();
  start();
  worker_->ask("one", [this](const git::Answer& got) {
    failures_.push_back(std::get<git::Failure>(got));
    loop_.exit(0);
  });
  loop_.run();
  EXPECT_EQ(failures_.at(0).message, "heard");
}

}  // namespace
}  // namespace overlayd::test
