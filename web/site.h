// The pages: /metrics, /healthz and an index.
#pragma once

#include <functional>
#include <string>

#include "web/shared_call.h"

namespace overlayd::web {

// How the site reaches the daemon. Both may throw Error; called on any thread, each by one thread
// at a time.
struct Daemon {
  std::function<std::string()> metrics;
  std::function<void()> ping;
};

class Site {
 public:
  explicit Site(const Daemon& daemon);

  // Never throws for what a client asks: a daemon that does not answer is a 503.
  Response answer(const Request& request);

 private:
  SharedCall metrics_;
  SharedCall health_;
};

}  // namespace overlayd::web
