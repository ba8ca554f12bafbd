#include "daemon/upstream/worker.h"

#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "base/wire.h"
#include "git/proxy.h"

namespace overlayd {
namespace {

// Lists end with the piece that says so; everything else is one message.
bool is_last(const git::Answer& answer) {
  if (const auto* blobs = std::get_if<git::MissingBlobs>(&answer)) return blobs->last;
  if (const auto* files = std::get_if<git::Differences>(&answer)) return files->last;
  return true;
}

std::vector<std::string> environment() {
  std::vector<std::string> variables{"PATH=/usr/bin:/bin", "LC_ALL=C"};
  for (const char* name : git::proxy_variables)
    if (const char* value = getenv(name)) variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

}  // namespace

Worker::Worker(Loop& loop, const std::string& program, const Sandbox& sandbox,
               std::chrono::seconds deadline, std::string purpose,
               std::optional<std::chrono::seconds> patience)
    : purpose_(std::move(purpose)), patience_(patience), loop_(loop) {
  auto [ours, theirs] = make_socket_pair();
  child_ = std::make_unique<Child>(
      loop,
      Child::Command{
          .argv = {program}, .env = environment(), .socket = theirs.get(), .sandbox = sandbox},
      deadline, [this](const Exit& exit) {
        exit_ = exit;
        on_end();
      });
  channel_ = std::make_unique<Channel>(
      loop, std::move(ours), [this](const std::string& message) { on_message(message); },
      [this] {
        hung_up_ = true;
        on_end();
      });
}

void Worker::tell(const std::string& message) {
  if (!channel_ || channel_->send(message)) return;
  break_off("it cannot be told all that is wanted in one message");
  failing_ = loop_.soon([this] { fail_all(); });
}

void Worker::ask(const std::string& request, Answered answered) {
  if (channel_ && !channel_->send(request)) {
    unaskable_.push_back(std::move(answered));
    refusing_ = loop_.soon([this] { refuse_next(); });
    return;
  }
  waiting_.push_back(std::move(answered));
  if (waiting_.size() == 1) expect_answer();
  if (!channel_ || (hung_up_ && exit_)) failing_ = loop_.soon([this] { fail_all(); });
}

void Worker::refuse_next() {
  if (unaskable_.empty()) return;
  const Answered answered = std::move(unaskable_.front());
  unaskable_.pop_front();
  // the next one on the next turn: this one may destroy the worker
  refusing_ = loop_.soon([this] { refuse_next(); });
  answered(git::Failure{
      .kind = git::FailureKind::refused,
      .message = fmt::format("{} failed: names of overlays or branches take more than {} bytes "
                             "together: use fewer or shorter ones",
                             purpose_, max_message_bytes)});
}

void Worker::expect_answer() {
  impatience_.cancel();
  if (!patience_ || waiting_.empty()) return;
  impatience_ = loop_.after(*patience_, [this] {
    break_off(fmt::format("it gave no answer for {} s", patience_->count()));
    fail_all();
  });
}

void Worker::break_off(const std::string& complaint) {
  complaint_ = complaint;
  channel_.reset();
  child_.reset();
  exit_ = Exit{};
  hung_up_ = true;
}

void Worker::on_message(const std::string& message) {
  git::Answer answer;
  try {
    answer = git::decode_answer(message);
    if (waiting_.empty()) throw Error("an answer that nobody asked for");
  } catch (const Error& error) {
    break_off(error.what());
    return fail_all();
  }
  if (std::holds_alternative<git::Progress>(answer)) return expect_answer();
  const Answered answered = waiting_.front();
  if (is_last(answer)) waiting_.pop_front();
  expect_answer();
  answered(std::move(answer));
}

// What it said before it ended is heard first: both the process and its socket must be at an end.
void Worker::on_end() {
  if (!exit_ || (!hung_up_ && !exit_->timed_out)) return;
  if (gone_) {
    const auto gone = std::move(gone_);
    return gone(*exit_);
  }
  fail_all();
}

void Worker::fail_all() {
  const std::string reason =
      complaint_.empty() ? exit_ ? exit_->reason() : "it has ended" : complaint_;
  const git::Failure failure{.kind = git::FailureKind::internal,
                             .message = fmt::format("{} failed: {}", purpose_, printable(reason))};
  if (waiting_.empty()) return;
  const Answered answered = std::move(waiting_.front());
  waiting_.pop_front();
  // the next one on the next turn: this one may destroy the worker
  failing_ = loop_.soon([this] { fail_all(); });
  answered(failure);
}

void Worker::finish(std::function<void(const Exit&)> gone) {
  gone_ = std::move(gone);
  channel_.reset();
  hung_up_ = true;
  if (exit_) failing_ = loop_.soon([this] { on_end(); });
}

}  // namespace overlayd
