#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/channel.h"
#include "base/child.h"
#include "base/error.h"
#include "base/wire.h"

namespace overlayd {
namespace {

using namespace std::chrono_literals;

Exit run_to_end(const Child::Command& command, std::chrono::seconds deadline = 20s) {
  Loop loop;
  Exit result;
  const Child child(loop, command, deadline, [&](const Exit& exit) {
    result = exit;
    loop.exit(0);
  });
  loop.run();
  return result;
}

Exit run_to_end(const Child::Work& work) {
  Loop loop;
  Exit result;
  const Child child(loop, work, 20s, [&](const Exit& exit) {
    result = exit;
    loop.exit(0);
  });
  loop.run();
  return result;
}

Child::Command shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script}, .env = {"PATH=/usr/bin:/bin"}, .sandbox = {}};
}

TEST(Child, TellsHowItEnded) {
  EXPECT_TRUE(run_to_end(shell("exit 0")).ok());
  EXPECT_EQ(run_to_end(shell("exit 3")).code, 3);
  EXPECT_EQ(run_to_end(shell("kill -KILL $$")).code, 128 + SIGKILL);
}

TEST(Child, ThatCannotBeWatchedIsKilled) {
  Loop loop;
  const auto wait = []() -> std::string {
    pause();
    return "";
  };
  EXPECT_THROW(Child(loop, wait, -1s, {}), Error);  // no timer takes this
  int status = 0;
  EXPECT_GT(waitpid(-1, &status, 0), 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(Child, ThatCannotBeRunSaysWhy) {
  const Exit exit = run_to_end({.argv = {"/no/such/program"}, .env = {}, .sandbox = {}});
  EXPECT_EQ(exit.reason(), "cannot run /no/such/program: No such file or directory");
}

// Its own descriptors come after that, so what it says must not go where they would be.
TEST(Child, ThatCannotArrangeItsDescriptorsSaysWhy) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit low{.rlim_cur = 10, .rlim_max = before.rlim_max};
  Loop loop;
  Exit result;
  setrlimit(RLIMIT_NOFILE, &low);
  const Child child(
      loop, [] { return std::string("done"); }, 20s,
      [&](const Exit& exit) {
        result = exit;
        loop.exit(0);
      });
  setrlimit(RLIMIT_NOFILE, &before);
  loop.run();
  EXPECT_EQ(result.reason(), "cannot keep a descriptor: Invalid argument");
}

TEST(Child, ReportsWhatItsWorkThrewOrReturned) {
  const Exit failed = run_to_end([]() -> std::string { throw Error("the disk is gone"); });
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.reason(), "the disk is gone");
  const Exit done = run_to_end([] { return std::string("two of three"); });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(done.report, "two of three");
}

TEST(Child, ALongReportIsCutAndNobodyWaits) {
  const Exit exit = run_to_end([] { return std::string(size_t{1} << 20, 'x'); });
  EXPECT_TRUE(exit.ok()) << exit.reason();
  EXPECT_EQ(exit.report, std::string(max_report_bytes, 'x'));
}

TEST(Child, IsEndedByItsDeadlineWithAllThatItStarted) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Child::Command command = shell("sleep 1000 & sleep 1000");
  command.socket = ends[1];  // held by both for as long as they live
  const Exit exit = run_to_end(command, 1s);
  close(ends[1]);
  EXPECT_TRUE(exit.timed_out);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

TEST(Child, InheritsNothingButItsSocket) {
  const Fd left_open(dup(STDERR_FILENO));
  const Exit exit = run_to_end(shell("test \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 '"));
  EXPECT_TRUE(exit.ok()) << exit.reason();
}

TEST(Child, ThatIsACopyOfUsHasNoneOfOurDescriptors) {
  const Fd left_open(dup(STDERR_FILENO));
  const Exit exit = run_to_end([] {
    std::string numbers;
    for (int number = 0; number < 1000; number++)
      if (fcntl(number, F_GETFD) >= 0) numbers += fmt::format("{} ", number);
    return numbers;
  });
  EXPECT_EQ(exit.report, "0 1 2 4 ");  // 4 is the pipe for its report
}

size_t count_descriptors() {
  size_t count = 0;
  for (int number = 0; number < 1000; number++)
    if (fcntl(number, F_GETFD) >= 0) count++;
  return count;
}

bool has_no_children() { return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

TEST(Child, LeavesNothingBehindInALoopThatGoesToo) {
  const size_t before = count_descriptors();
  {
    Loop loop;
    const Child child(loop, shell("sleep 1000"), 1000s, [](const Exit&) {});
  }
  EXPECT_EQ(count_descriptors(), before);
  EXPECT_TRUE(has_no_children());
}

TEST(Child, IsGoneWhenALoopGoesThatHadEndedBefore) {
  {
    Loop loop;
    auto child = std::make_unique<Child>(loop, shell("sleep 1000"), 1000s, [](const Exit&) {});
    const Source stop = loop.soon([&] { loop.exit(0); });
    loop.run();
    child.reset();
  }
  EXPECT_TRUE(has_no_children());
}

TEST(Channel, KeepsTheOrderOfMoreThanTheSocketHolds) {
  Loop loop;
  auto [a, b] = make_socket_pair();
  constexpr size_t count = 200;
  size_t received = 0;
  Channel sender(
      loop, std::move(a), [](const std::string&) {}, [] {});
  Channel receiver(
      loop, std::move(b),
      [&](const std::string& message) {
        EXPECT_EQ(message.size(), 50000U + received);
        if (++received == count) loop.exit(0);
      },
      [] {});
  for (size_t i = 0; i < count; i++) EXPECT_TRUE(sender.send(std::string(50000 + i, 'x')));
  loop.run();
  EXPECT_EQ(received, count);
}

TEST(Channel, SendsNothingThatIsTooLong) {
  Loop loop;
  auto [a, b] = make_socket_pair();
  Channel sender(
      loop, std::move(a), [](const std::string&) {}, [] {});
  EXPECT_FALSE(sender.send(std::string(max_message_bytes + 1, 'x')));
  EXPECT_TRUE(sender.send(std::string(max_message_bytes, 'y')));
  EXPECT_EQ(receive_message(b.get()), std::string(max_message_bytes, 'y'));
}

TEST(Channel, TellsOnceThatTheOtherEndIsGone) {
  Loop loop;
  auto [a, b] = make_socket_pair();
  int hung_up = 0;
  Channel channel(
      loop, std::move(a), [](const std::string&) {},
      [&] {
        hung_up++;
        loop.exit(0);
      });
  b.reset();
  loop.run();
  EXPECT_TRUE(channel.send("into the void"));
  EXPECT_EQ(hung_up, 1);
}

TEST(Wire, RefusesWhatDoesNotFit) {
  WireWriter writer;
  writer.number(3);
  writer.text("abc");
  writer.texts({"x", ""});
  for (size_t cut = 0; cut < writer.bytes().size(); cut++) {
    WireReader reader(std::string_view(writer.bytes()).substr(0, cut));
    EXPECT_THROW(
        {
          reader.number();
          reader.text();
          reader.texts();
        },
        Error);
  }
  WireReader reader(writer.bytes());
  EXPECT_EQ(reader.number(), 3U);
  EXPECT_THROW(reader.end(), Error);
  EXPECT_EQ(reader.text(), "abc");
  EXPECT_EQ(reader.texts(), (std::vector<std::string>{"x", ""}));
  EXPECT_NO_THROW(reader.end());
}

TEST(Wire, HugeLengthsAreNoAllocation) {
  WireWriter writer;
  writer.number(~uint64_t{0});
  EXPECT_THROW(WireReader(writer.bytes()).text(), Error);
  EXPECT_THROW(WireReader(writer.bytes()).texts(), Error);
}

}  // namespace
}  // namespace overlayd
