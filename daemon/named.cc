#include "daemon/named.h"

#include <algorithm>

#include "base/bus.h"
#include "base/text.h"

namespace overlayd {

namespace {

BusError unknown(const std::string& name, const std::string& suggestion) {
  return {
      "org.overlayd1.Error.UnknownService",
      fmt::format("there is no service '{}' on this machine{}", printable(name, 100), suggestion)};
}

}  // namespace

std::shared_ptr<Service> named(const Manager& manager, const std::string& name) {
  const auto found = manager.services().find(name);
  if (found != manager.services().end() && !found->second->leaving()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, service] : manager.services()) {
    if (service->leaving()) continue;
    names.push_back(known);
    if (service->wanted_config().unit == name) throw unknown(name, did_you_mean(known, {known}));
  }
  throw unknown(name, did_you_mean(name, names));
}

std::vector<std::shared_ptr<Service>> named(const Manager& manager,
                                            const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<Service>> services;
  for (const auto& name : names) {
    const auto service = named(manager, name);
    const bool again = std::find(services.begin(), services.end(), service) != services.end();
    if (!again) services.push_back(service);
  }
  if (names.empty())
    for (const auto& [name, service] : manager.services())
      if (!service->leaving()) services.push_back(service);
  return services;
}

}  // namespace overlayd
