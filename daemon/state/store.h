// The files in which services' states and journals are kept.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/file.h"
#include "daemon/state/settings.h"
#include "daemon/state/state.h"
#include "daemon/steps/plan.h"

namespace overlayd {

// What an earlier daemon has left of a service.
struct Remembered {
  ServiceState state;
  std::optional<Plan> open;  // was begun, and neither carried out nor taken back
  // Why that is not known; empty: it is. Until then nothing may be made of the service, for what
  // there is of it would be forgotten.
  std::string unreadable;
};
using Memory = std::map<std::string, Remembered>;  // by service

class Store {
 public:
  explicit Store(const Settings& settings);

  // Of every service of which there is anything. What cannot be read, or makes no sense, is left as
  // it is.
  Memory load() const;
  // Of one; nothing if it is new.
  Remembered load(const std::string& service) const;
  void save(const std::string& service, const ServiceState& state, Durability durability) const;
  void remove(const std::string& service) const;
  // The state of one is that of another from now on, in place of what that had.
  void rename(const std::string& from, const std::string& to) const;

  // A plan that is about to be carried out; on the disk when it returns.
  void begin(const std::string& service, const Plan& plan) const;
  // The plan was carried out, or taken back, whole.
  void finish(const std::string& service) const;

 private:
  std::string states_folder_;
  std::string journals_folder_;
  Fd states_;
  Fd journals_;
};

}  // namespace overlayd
