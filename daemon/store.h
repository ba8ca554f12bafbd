// The files in which services' states and journals are kept.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/file.h"
#include "daemon/plan.h"
#include "daemon/settings.h"
#include "daemon/state.h"

namespace overlayd {

// Service -> what is wrong with it.
using Errors = std::map<std::string, std::string>;

class Store {
 public:
  explicit Store(const Settings& settings);

  // All states, by service. One that makes no sense is logged, put aside as .<name>.broken and left
  // out: the service starts anew, and its overlays are found again by what is mounted. One that
  // cannot be read now is left as it is, and goes into `errors`.
  std::map<std::string, ServiceState> load(Errors& errors) const;
  // The same for one service, which starts anew if there is nothing of it.
  std::optional<ServiceState> load(const std::string& service, Errors& errors) const;
  void save(const std::string& service, const ServiceState& state, Durability durability) const;
  void remove(const std::string& service) const;

  // A plan that is about to be carried out; on the disk when it returns.
  void begin(const std::string& service, const Plan& plan) const;
  // The plan was carried out, or taken back, whole.
  void finish(const std::string& service) const;
  // Plans that were begun and not finished, by service.
  std::map<std::string, Plan> unfinished(Errors& errors) const;

 private:
  Fd states_;
  Fd journals_;
};

}  // namespace overlayd
