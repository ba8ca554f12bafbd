// nginx with git-http-backend behind it, over TLS with a certificate of a private CA.
#pragma once

#include <string>

#include "tests/functional/support/command.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd::test {

// A CA, and a certificate of it for localhost and 127.0.0.1.
struct Certificates {
  explicit Certificates(const TempDir& temp);
  std::string ca;           // content
  std::string certificate;  // paths
  std::string key;
};

class HttpsServer {
 public:
  struct Options {
    std::string name = "server";  // of its folder in `temp`
    std::string password;         // user is "git"; empty: nobody is asked
    std::string redirect_to;      // answers everything by a redirect to there
  };
  // Serves the repositories that stand in `temp`, as https://localhost:<port>/<name>.git. It
  // listens when the constructor is done.
  HttpsServer(const TempDir& temp, const Certificates& certificates, const Options& options);

  // "https://localhost:1234"; `host` is a name that leads to this machine.
  std::string url(const std::string& host = "localhost") const;
  // One line a request: method, path, status, and what was sent as Authorization.
  std::string log() const;

 private:
  std::string folder_;
  int port_ = 0;
  Background gateway_;
  Background nginx_;
};

}  // namespace overlayd::test
