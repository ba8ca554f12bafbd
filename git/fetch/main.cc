// overlayd-fetch: has the network, runs git, and reads no Git object itself.
//
// It needs neither /proc nor anything writable but the mirror. As `overlayd-fetch credential get`
// it is git's credential helper.

#include <csignal>
#include <optional>
#include <string_view>
#include <type_traits>

#include "git/fetch/credential.h"
#include "git/fetch/fetcher.h"
#include "git/serve.h"

namespace overlayd::git {
namespace {

class Session {
 public:
  // `program` is the path of this executable.
  explicit Session(std::string program) : program_(std::move(program)) {}

  void operator()(std::string_view message, const Respond& respond) {
    std::visit([&](auto request) { handle(request, respond); }, decode_fetch_request(message));
  }

 private:
  void handle(const FetchHello& hello, const Respond&) {
    hello_ = hello;
    fetcher_.reset();
  }
  void handle(const ListTips& request, const Respond& respond) {
    respond(fetcher().list_tips(request));
  }
  void handle(const ListBranches&, const Respond& respond) { respond(fetcher().list_branches()); }
  void handle(const FetchBranches& request, const Respond& respond) {
    respond(fetcher().fetch_branches(request));
  }
  void handle(const FetchBlobs& piece, const Respond& respond) {
    blobs_.insert(blobs_.end(), piece.blobs.begin(), piece.blobs.end());
    if (!piece.last) return;
    const auto blobs = std::exchange(blobs_, {});
    respond(fetcher().fetch_blobs(blobs));
  }
  void handle(const Deepen& request, const Respond& respond) { respond(fetcher().deepen(request)); }
  void handle(const FetchRevision& request, const Respond& respond) {
    respond(fetcher().fetch_revision(request));
  }

  // Made by the first request, because Hello has no answer that could say what is wrong.
  Fetcher& fetcher() {
    if (!fetcher_) fetcher_.emplace(hello_, program_);
    return *fetcher_;
  }

  std::string program_;
  FetchHello hello_;
  std::optional<Fetcher> fetcher_;
  std::vector<Oid> blobs_;
};

}  // namespace
}  // namespace overlayd::git

int main(int argc, char** argv) {
  using namespace overlayd::git;
  if (argc == 3 && std::string_view(argv[1]) == credential_mode) {
    answer_credential_question(argv[2]);
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);  // a git that ends early is noticed by its exit code
  Session session(argv[0]);  // a path: that is how the daemon starts it
  return serve(
      [&](std::string_view message, const Respond& respond) { session(message, respond); });
}
