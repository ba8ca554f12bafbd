#include "daemon/upstream/session.h"

#include "base/error.h"
#include "daemon/report/advice.h"

namespace overlayd {
namespace {

// For everything that one helper does in one round. A first fetch of a large repository takes long.
constexpr std::chrono::minutes deadline{15};
// For a word of overlayd-git, which waits for nothing but the disk, and tells when that takes long.
constexpr std::chrono::minutes reading_patience{2};

}  // namespace

bool is_of_upstream(git::FailureKind kind) {
  switch (kind) {
    case git::FailureKind::unreachable:
    case git::FailureKind::denied:
    case git::FailureKind::bad_key:
    case git::FailureKind::unknown_host:
    case git::FailureKind::changed_host:
    case git::FailureKind::untrusted:
    case git::FailureKind::unreadable:
    case git::FailureKind::not_found:
      return true;
    case git::FailureKind::internal:
    case git::FailureKind::damaged:
    case git::FailureKind::full:
    case git::FailureKind::refused:
      break;
  }
  return false;
}

Session::Session(Loop& loop, const Settings& settings, const UpstreamConfig& upstream,
                 Asking asking, Failed failed)
    : loop_(loop),
      settings_(settings),
      upstream_(upstream),
      asking_(asking),
      mirror_(settings, upstream),
      failed_(std::move(failed)) {}

Worker& Session::fetcher() {
  if (fetcher_) return *fetcher_;
  if (asking_ == Asking::must_not)
    throw Error::of("not all that is needed was fetched from {}", upstream_.url.redacted());
  fetcher_ = std::make_unique<Worker>(loop_, settings_.program_directory + "/overlayd-fetch",
                                      mirror_.fetch_sandbox(), deadline,
                                      "fetching " + upstream_.url.redacted());
  fetcher_->tell(git::encode(
      git::FetchRequest(git::FetchHello{.url = upstream_.url.text(),
                                        .mirror = mirror_.path(),
                                        .secrets = private_file_path(settings_.state_directory, ""),
                                        .depth = static_cast<uint64_t>(upstream_.depth)})));
  return *fetcher_;
}

Worker& Session::reader() {
  if (reader_) return *reader_;
  staging_ = std::make_unique<StagingFolder>(settings_);
  reader_ = std::make_unique<Worker>(
      loop_, settings_.program_directory + "/overlayd-git", mirror_.read_sandbox(staging_->path()),
      deadline, "reading the mirror of " + upstream_.url.redacted(), reading_patience);
  reader_->tell(git::encode(
      git::ReadRequest(git::ReadHello{.mirror = mirror_.path(), .staging = staging_->path()})));
  return *reader_;
}

void Session::tell_fetcher(const git::FetchRequest& request) {
  fetcher().tell(git::encode(request));
}

void Session::try_fetch(const git::FetchRequest& request, Worker::Answered got) {
  ask(fetcher(), git::encode(request), [this, got = std::move(got)](const git::Answer& answer) {
    const auto* failure = std::get_if<git::Failure>(&answer);
    const bool is_let_through = failure == nullptr || failure->kind == git::FailureKind::refused ||
                                (asking_ == Asking::may_have_to && is_of_upstream(failure->kind));
    if (is_let_through) return got(answer);
    fail(answer);
  });
}

std::string Session::advice_on(const git::Failure& failure) const {
  return advice(failure, upstream_, settings_.state_directory);
}

void Session::ask(Worker& worker, const std::string& request, Worker::Answered answered) {
  worker.ask(request, [this, answered = std::move(answered)](git::Answer answer) {
    if (auto* failure = std::get_if<git::Failure>(&answer))
      failure->message = mirror_.with_known_names(failure->message);
    go_on([&] { answered(answer); });
  });
}

void Session::go_on(const Callback& work) {
  if (!failed_) return;
  try {
    work();
  } catch (const std::exception& error) {
    fail(git::failure_of(error));
  }
}

void Session::try_read(const git::ReadRequest& request, Worker::Answered got) {
  ask(reader(), git::encode(request), [this, got = std::move(got)](const git::Answer& answer) {
    const auto* failure = std::get_if<git::Failure>(&answer);
    if (failure != nullptr && failure->kind == git::FailureKind::damaged) return fail(answer);
    got(answer);
  });
}

void Session::finish_reading(std::function<void(const std::string&)> gone) {
  fetcher_.reset();
  reader().finish([this, gone = std::move(gone)](const Exit& exit) {
    go_on([&] {
      if (!exit.ok()) throw Error::of("writing trees failed: {}", exit.reason());
      gone(staging_->path());
    });
  });
}

void Session::fail(const git::Answer& answer) {
  const auto* failure = std::get_if<git::Failure>(&answer);
  const auto failed = std::move(failed_);
  failed_ = nullptr;
  if (failed)
    failed(failure != nullptr ? *failure
                              : git::Failure{.kind = git::FailureKind::internal,
                                             .message = "a helper answered something else than it "
                                                        "was asked"});
}

}  // namespace overlayd
