// Debian packages that services need.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "units/units.h"

namespace overlayd {

// Those of `wanted` ("name" or "name:arch") that the text of dpkg's status file does not show as
// installed.
std::vector<std::string> missing_packages(std::string_view status,
                                          const std::vector<std::string>& wanted);

// The same of this machine. Throws Error if nobody can say.
std::vector<std::string> missing_packages(const std::vector<std::string>& wanted);

class Packages {
 public:
  // `error` is empty if all are installed now.
  using Done = std::function<void(const std::string& error)>;

  explicit Packages(Units& units) : units_(units) {}

  // Installs what is missing of `wanted`, with apt-get in a systemd unit of its own: outside of
  // this daemon's confinement, and unhurt by its restart. One after the other. `done` runs once:
  // before this returns if nothing is missing, or nobody can say; then it returns true. Does not
  // throw.
  bool install(const std::vector<std::string>& wanted, const std::string& service, Done done);

 private:
  struct Order {
    std::vector<std::string> packages;
    std::string service;
    Done done;
  };
  void start_next();
  void start(const Order& order);
  void ended(const std::string& problem);

  Units& units_;
  std::deque<Order> orders_;
  Fd output_;
};

}  // namespace overlayd
