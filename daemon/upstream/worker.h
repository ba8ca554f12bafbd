// One of the two unprivileged helpers at work: a sandboxed child process and its socket.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/channel.h"
#include "base/child.h"
#include "git/messages.h"

namespace overlayd {

class Worker {
 public:
  // Gets each message of the answer but Progress; a list comes in pieces. If the helper dies, takes
  // too long or says something malformed, it gets a Failure, and so does every later question.
  using Answered = std::function<void(git::Answer)>;

  // `purpose` names the work in messages: "fetching https://…". `deadline` is for all of its life;
  // with `patience`, it also has to say something so soon while an answer is waited for.
  Worker(Loop& loop, const std::string& program, const Sandbox& sandbox,
         std::chrono::seconds deadline, std::string purpose,
         std::optional<std::chrono::seconds> patience = {});

  // Tells it something that is not answered. What is too long for a message is its end.
  void tell(const std::string& message);
  // A question that is too long for a message gets a Failure (refused) and hinders no other one.
  // `answered` never runs before this has returned, whatever the answer is.
  void ask(const std::string& request, Answered answered);

  // Closes the socket; `gone` runs when the process has ended, with nothing of it left.
  void finish(std::function<void(const Exit&)> gone);

 private:
  void on_message(const std::string& message);
  void on_end();
  void fail_all();
  void break_off(const std::string& complaint);
  void expect_answer();
  void refuse_next();

  std::string purpose_;
  std::optional<std::chrono::seconds> patience_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Child> child_;
  std::deque<Answered> waiting_;
  std::deque<Answered> unaskable_;  // those that get no answer from it
  std::function<void(const Exit&)> gone_;
  std::optional<Exit> exit_;
  std::string complaint_;
  bool hung_up_ = false;
  Source failing_;
  Source refusing_;
  Source impatience_;
  Loop& loop_;
};

}  // namespace overlayd
