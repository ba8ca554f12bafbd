#include <gtest/gtest.h>

#include "daemon/report/trouble.h"
#include "daemon/service/task_queue.h"

namespace overlayd {
namespace {

using Ticket = TaskQueue::Ticket;

class Tasks : public testing::Test {
 protected:
  // Until `count` tasks have ended.
  void run_until(size_t count) {
    if (ended_ == count) return;
    ended_wanted_ = count;
    const Source deadline = loop_.after(std::chrono::seconds(20), [this] { loop_.exit(1); });
    ASSERT_EQ(0, loop_.run());
  }

  Loop loop_;
  std::vector<std::string> said_;
  size_t ended_ = 0;
  size_t ended_wanted_ = 0;
  TaskQueue queue_{loop_,
                   [this] {
                     if (++ended_ == ended_wanted_) loop_.exit(0);
                   },
                   [this](const std::string& error) { said_.push_back(error); }};
};

TEST_F(Tasks, TheFirstRunsAtOnceAndTheNextWhenItIsOver) {
  Ticket held;
  queue_.add([&](const Ticket& ticket) { held = ticket; });
  queue_.add([&](const Ticket&) { said_.emplace_back("second"); });
  EXPECT_TRUE(queue_.busy());
  const Source later = loop_.soon([&] {
    EXPECT_TRUE(said_.empty());
    held.reset();
  });
  run_until(2);
  EXPECT_EQ(std::vector<std::string>{"second"}, said_);
  EXPECT_FALSE(queue_.busy());
}

TEST_F(Tasks, OneThatWasAddedWhileTheNextIsDueKeepsTheOrder) {
  queue_.add([&](const Ticket&) { said_.emplace_back("first"); });
  queue_.add([&](const Ticket&) { said_.emplace_back("second"); });
  queue_.add([&](const Ticket&) { said_.emplace_back("third"); });
  run_until(3);
  EXPECT_EQ((std::vector<std::string>{"first", "second", "third"}), said_);
}

TEST_F(Tasks, OneThatThrowsIsOver) {
  queue_.add([](const Ticket&) { throw std::runtime_error("no room"); });
  queue_.add([&](const Ticket&) { said_.emplace_back("second"); });
  run_until(2);
  EXPECT_EQ((std::vector<std::string>{"no room", "second"}), said_);
}

TEST_F(Tasks, OneWhoseContinuationIsLostIsOver) {
  auto continuation = std::make_unique<Callback>();
  queue_.add([&](const Ticket& ticket) { *continuation = [ticket] {}; });
  queue_.add([&](const Ticket&) { said_.emplace_back("second"); });
  const Source later = loop_.soon([&] { continuation.reset(); });
  run_until(2);
  EXPECT_EQ(std::vector<std::string>{"second"}, said_);
}

TEST_F(Tasks, ATicketMayOutliveItsQueue) {
  Ticket held;
  {
    TaskQueue gone(
        loop_, [] {}, [](const std::string&) {});
    gone.add([&](const Ticket& ticket) { held = ticket; });
  }
  held.reset();
}

TEST(TroubleTest, KnowsSinceWhenAndForgetsAllWhenItIsOver) {
  Loop loop;
  Trouble trouble(loop, "web", [] {});
  EXPECT_FALSE(trouble.any());
  trouble.set("no branch 'mian'", "look at services.toml");
  const uint64_t since = trouble.since();
  EXPECT_TRUE(trouble.any());
  EXPECT_NE(0U, since);
  EXPECT_EQ(0U, trouble.retry_at());
  trouble.retry_later();
  const uint64_t first = trouble.retry_at();
  EXPECT_GT(first, since);
  trouble.retry_later();
  EXPECT_EQ(trouble.retry_at(), first);
  trouble.clear();
  EXPECT_FALSE(trouble.any());
  EXPECT_EQ("", trouble.hint());
  EXPECT_EQ(0U, trouble.since());
  EXPECT_EQ(0U, trouble.retry_at());
}

}  // namespace
}  // namespace overlayd
