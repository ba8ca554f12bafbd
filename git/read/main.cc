// overlayd-git: reads the mirror with libgit2 and writes trees; has no network.

#include <optional>
#include <string_view>

#include "base/fd.h"
#include "base/file.h"
#include "git/read/diff.h"
#include "git/read/missing.h"
#include "git/read/pieces.h"
#include "git/read/resolve.h"
#include "git/read/write_tree.h"
#include "git/serve.h"

namespace overlayd::git {
namespace {

class Session {
 public:
  void operator()(std::string_view message, const Respond& respond) {
    std::visit([&](const auto& request) { handle(request, respond); },
               decode_read_request(message));
  }

 private:
  void handle(const ReadHello& hello, const Respond&) {
    hello_ = hello;
    repository_.reset();
  }
  void handle(const Resolve& request, const Respond& respond) {
    respond(resolve(repository(), request));
  }
  void handle(const ResolveOlder& request, const Respond& respond) {
    respond(resolve_older(repository(), request));
  }
  void handle(const ListMissing& request, const Respond& respond) {
    send_pieces(missing_blobs(repository(), request), respond);
  }
  void handle(const WriteTree& request, const Respond& respond) {
    SignOfLife sign_of_life(respond);
    respond(write_tree(repository(), open_dir(hello_.staging).get(), request, sign_of_life));
  }
  void handle(const Diff& request, const Respond& respond) {
    send_pieces(differences(repository(), request), respond);
  }

  // Opened by the first request, because Hello has no answer that could say what is wrong.
  const Repository& repository() {
    if (!repository_) repository_.emplace(hello_.mirror);
    return *repository_;
  }

  ReadHello hello_;
  std::optional<Repository> repository_;
};

}  // namespace
}  // namespace overlayd::git

int main() {
  using namespace overlayd::git;
  Session session;
  return serve(
      [&](std::string_view message, const Respond& respond) { session(message, respond); });
}
