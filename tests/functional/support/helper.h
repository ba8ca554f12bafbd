// overlayd-fetch and overlayd-git as the daemon has them: a child on a socket.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/child.h"
#include "base/loop.h"
#include "git/messages.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {

// Where both run: free, or locked in as the daemon locks them in, as user nobody.
enum class Place { free, sandboxed };
inline void PrintTo(Place place, std::ostream* out) {
  *out << (place == Place::free ? "free" : "sandboxed");
}

class Helper {
 public:
  struct Setup {
    std::string program;  // "overlayd-fetch", "overlayd-git", "sandbox-probe"
    std::vector<std::string> arguments = {};
    Place place = Place::free;
    bool network = false;
    std::vector<Sandbox::Visible> visible;    // in the state directory
    std::vector<Sandbox::PrivateFile> files;  // token, ssh_key, …
  };
  // The state directory is `temp`/state; the programs are copied to `temp`/bin, where everybody can
  // get at them.
  Helper(const TempDir& temp, const Setup& setup);
  ~Helper();

  template <typename Request>
  void send(const Request& request) {
    send_bytes(encode(request));
  }
  void send_bytes(const std::string& bytes);
  // None if the helper is gone.
  std::optional<std::string> receive_bytes();
  git::Answer receive();

  // Sends a request and expects an answer of one type; throws, with the Failure's text, at another.
  template <typename Wanted, typename Variant>
  Wanted ask(const Variant& request) {
    send(request);
    return expect<Wanted>(receive());
  }
  template <typename Wanted>
  static Wanted expect(git::Answer answer) {
    if (auto* wanted = std::get_if<Wanted>(&answer)) return std::move(*wanted);
    throw_unexpected(answer);
  }

  // What it and its children wrote to stderr.
  std::string stderr_text() const;
  // The folder of private files, as the helper sees it.
  const std::string& secrets() const { return secrets_; }

 private:
  [[noreturn]] static void throw_unexpected(const git::Answer& answer);

  Loop loop_;
  Fd socket_;
  Fd errors_;
  std::string secrets_;
  std::unique_ptr<Child> child_;
};

// `temp`/bin, with both programs in it.
std::string program_folder(const TempDir& temp);
// A mirror at `temp`/state/mirrors/<name>.git, fit for nobody to write.
std::string make_mirror(const TempDir& temp, const std::string& name = "upstream");
// `temp`/state/staging, fit for nobody to write.
std::string make_staging(const TempDir& temp);

// overlayd-fetch, greeted.
class Fetch : public Helper {
 public:
  struct Options {
    Place place = Place::free;
    std::string mirror;  // made if empty
    std::vector<Sandbox::PrivateFile> files;
    uint64_t depth = 3;
  };
  Fetch(const TempDir& temp, const std::string& url, const Options& options);
  Fetch(const TempDir& temp, const std::string& url) : Fetch(temp, url, Options{}) {}

  const std::string& mirror() const { return mirror_; }

  git::Tips tips(const std::vector<std::string>& branches);
  git::Fetched fetch(const std::vector<std::string>& branches = {"main"});
  git::Fetched blobs(const std::vector<git::Oid>& oids);
  git::Fetched deepen(uint64_t by);
  git::Fetched revision(const std::string& name);
  git::Failure failure(const git::FetchRequest& request);

 private:
  std::string mirror_;
};

// overlayd-git, greeted.
class Read : public Helper {
 public:
  Read(const TempDir& temp, const std::string& mirror, Place place = Place::free);

  const std::string& staging() const { return staging_; }

  git::Resolved resolve(const std::string& revision, const std::vector<std::string>& links = {});
  git::Resolved older(const std::string& commit, const std::vector<std::string>& links);
  std::vector<git::Oid> missing(const git::Entry& root);
  git::Written write(const git::Entry& entry, const std::string& name,
                     const std::vector<std::string>& locals = {});
  // Lines such as "M etc/grafana.ini".
  std::vector<std::string> diff(const git::Entry& before, const git::Entry& after);

 private:
  std::string staging_;
};

// Resolves refs/remotes/origin/main, fetches the missing blobs of `link`, and writes it as `name`.
git::Written write_link(Fetch& fetch, Read& read, const std::string& link, const std::string& name,
                        const std::vector<std::string>& locals = {});

}  // namespace overlayd::test
