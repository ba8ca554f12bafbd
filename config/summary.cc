#include "config/summary.h"

#include <algorithm>

#include "base/text.h"

namespace overlayd {
namespace {

std::string services(size_t count) {
  return count == 0 ? "no service" : fmt::format("{} service{}", count, count == 1 ? "" : "s");
}

std::string in_services_toml(const ServiceForOthers& service) {
  return fmt::format("line {}", service.origin.line);
}

}  // namespace

std::string summary(const ParseResult& result, std::string_view file) {
  const size_t count = result.config ? result.config->services.size() : 0;
  auto text = fmt::format("{}: {} for this machine", printable(file), services(count));
  if (!result.services_for_others.empty())
    text += fmt::format(", {} for others", result.services_for_others.size());
  return text;
}

std::string explain_others(const ParseResult& result, const Host& host) {
  const auto& services = result.services_for_others;
  if (services.empty()) return {};
  size_t line_width = 0;
  size_t name_width = 0;
  for (const auto& service : services) {
    line_width = std::max(line_width, in_services_toml(service).size());
    name_width = std::max(name_width, service.name.size());
  }
  auto text =
      fmt::format("not for this machine ({}):\n", printable(join(identities(host), ", "), 20'000));
  for (const auto& service : services)
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", in_services_toml(service), line_width,
                        service.name, name_width, printable(join(service.machines, ", ")));
  return text;
}

}  // namespace overlayd
