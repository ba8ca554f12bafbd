// What goes wrong with an upstream, its mirror or what is in it, as far as the daemon acts upon it:
// for both helpers, and for the daemon, which fails rounds of its own accord too.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "base/error.h"

namespace overlayd::git {

enum class FailureKind : uint8_t {
  internal,      // anything else
  unreachable,   // no answer: name resolution, connection, a server error, too slow
  denied,        // the upstream wants other credentials
  bad_key,       // the ssh key cannot be used: it has a passphrase, or is none
  unknown_host,  // the upstream's ssh host key is not among the known ones
  changed_host,  // it is another than the known one
  untrusted,     // its certificate is not to be trusted
  unreadable,    // the repository is on this machine, and not for the helpers' user to read
  not_found,     // there is no such repository
  damaged,       // the mirror cannot be used any more
  full,          // the disk that the mirror is on, or a quota of it
  refused        // what was asked for is at fault: it cannot be had, other things can
};

// In place of an answer.
struct Failure {
  FailureKind kind = FailureKind::internal;
  std::string message;  // one line, secrets taken out
};

// An Error of a kind.
class KnownFailure : public Error {
 public:
  KnownFailure(FailureKind kind, const std::string& message) : Error(message), kind_(kind) {}
  FailureKind kind() const { return kind_; }

 private:
  FailureKind kind_;
};

// Of what was thrown: its own kind, full where a disk is, else internal.
Failure failure_of(const std::exception& error);

}  // namespace overlayd::git
