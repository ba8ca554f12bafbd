// OpenSSH's sshd on a port of 127.0.0.1; root may log in with one key.
#pragma once

#include <string>

#include "tests/functional/support/command.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {

class SshServer {
 public:
  // Everything it needs stands in `temp`. It listens when the constructor is done.
  explicit SshServer(const TempDir& temp);

  // "ssh://root@127.0.0.1:<port><path>"
  std::string url(const std::string& path) const;
  // Contents of files: the key that is let in, one that is not, one with a passphrase, and what a
  // client has to know of the server.
  const std::string& key() const { return key_; }
  const std::string& locked_key() const { return locked_key_; }
  const std::string& other_key() const { return other_key_; }
  std::string known_hosts() const;
  // The same for a server that has another key.
  std::string other_known_hosts() const;

 private:
  int port_ = 0;
  std::string key_;
  std::string other_key_;
  std::string locked_key_;
  std::string host_public_key_;
  std::string other_public_key_;
  Background sshd_;
};

}  // namespace overlayd::test
