// git, set up for one upstream and one mirror.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/fetch/mirror.h"
#include "git/fetch/process.h"
#include "git/fetch/upstream.h"
#include "git/messages.h"

namespace overlayd::git {

class Git {
 public:
  // `program` is the path of this executable, which git runs as its credential helper.
  Git(const FetchHello& hello, const std::string& program);

  Mirror& mirror() { return mirror_; }

  // Whether git speaks with the upstream. If so, it is killed when it says nothing for a minute: it
  // has to be asked for its progress.
  enum class Talk { local, upstream };

  // Runs `git <arguments>` in the mirror, whatever comes of it.
  Outcome try_run(std::vector<std::string> arguments, std::string_view input = {},
                  Talk talk = Talk::local);
  // The same, but throws KnownFailure if it fails. Returns its stdout.
  std::string run(std::vector<std::string> arguments, std::string_view input = {},
                  Talk talk = Talk::local);
  // What a failed outcome means.
  Failure describe(const Outcome& outcome) const;
  // Throws that.
  [[noreturn]] void fail(const Outcome& outcome);

 private:
  Upstream upstream_;
  Mirror mirror_;
  std::string token_file_;
  std::string ssh_key_;  // its path
  std::vector<std::string> environment_;
};

}  // namespace overlayd::git
