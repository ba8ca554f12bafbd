// The two helpers at work for one upstream. Each is started when it is first needed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"
#include "daemon/upstream/mirror.h"
#include "daemon/upstream/worker.h"

namespace overlayd {

// What a round means to do with the upstream. If it does not, but has to for some of its wishes, an
// upstream that is away is no reason to fail the others. One that must not fails instead.
enum class Asking { means_to, may_have_to, must_not };

// Whether it is the upstream that cannot be asked; else something down here is wrong, or one
// question.
bool is_of_upstream(git::FailureKind kind);

// No question is answered before the call that asks it has returned.
class Session {
 public:
  using Failed = std::function<void(git::Failure)>;

  // `failed` runs once, when a question that must be answered was answered by a Failure; nothing
  // else is called after that.
  Session(Loop& loop, const Settings& settings, const UpstreamConfig& upstream, Asking asking,
          Failed failed);

  // Asks overlayd-fetch. `got` is called for the answer, which must be of type Wanted.
  template <typename Wanted>
  void fetch(const git::FetchRequest& request, std::function<void(const Wanted&)> got) {
    ask(fetcher(), git::encode(request), expect<Wanted>(std::move(got)));
  }
  // For questions that may be refused: `got` sees that Failure, and those of the upstream where it
  // only may have to be asked.
  void try_fetch(const git::FetchRequest& request, Worker::Answered got);
  // Pieces of a question, of which only the last is answered.
  void tell_fetcher(const git::FetchRequest& request);

  // Asks overlayd-git.
  template <typename Wanted>
  void read(const git::ReadRequest& request, std::function<void(const Wanted&)> got) {
    ask(reader(), git::encode(request), expect<Wanted>(std::move(got)));
  }
  // For questions that may fail by themselves: `got` sees the Failure, unless it is of the mirror.
  void try_read(const git::ReadRequest& request, Worker::Answered got);

  // Fails all that is asked: with `answer` if it is a Failure, else because it is none of those
  // that were expected.
  void fail(const git::Answer& answer);

  // What to do about it; empty if time alone may mend it.
  std::string advice_on(const git::Failure& failure) const;

  // Starts overlayd-git before it is needed.
  void warm_up() { reader(); }
  // Ends both helpers; when overlayd-git is gone `gone` gets the folder that it wrote to.
  void finish_reading(std::function<void(const std::string& staging)> gone);

 private:
  template <typename Wanted>
  Worker::Answered expect(std::function<void(const Wanted&)> got) {
    return [this, got = std::move(got)](const git::Answer& answer) {
      if (const auto* wanted = std::get_if<Wanted>(&answer)) return got(*wanted);
      fail(answer);
    };
  }
  void ask(Worker& worker, const std::string& request, Worker::Answered answered);
  // Goes on with a round, unless it has failed; what that throws fails it.
  void go_on(const Callback& work);
  Worker& fetcher();
  Worker& reader();

  Loop& loop_;
  const Settings& settings_;
  UpstreamConfig upstream_;
  Asking asking_;
  Mirror mirror_;
  Failed failed_;
  std::unique_ptr<StagingFolder> staging_;
  std::unique_ptr<Worker> fetcher_;
  std::unique_ptr<Worker> reader_;
};

}  // namespace overlayd
