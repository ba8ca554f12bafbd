#include "ctl/failure.h"

#include <algorithm>
#include <array>

#include "base/bus.h"
#include "base/text.h"
#include "ctl/client.h"

namespace overlayd::ctl {
namespace {

bool is_plain(char character) {
  constexpr std::string_view plain = "-_./:@%+=,~^";
  const auto code = static_cast<unsigned char>(character);
  return code >= 0x80 || std::isalnum(code) != 0 || plain.find(character) != plain.npos;
}

std::string quoted(const std::string& argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_plain)) return argument;
  std::string result = "'";
  for (const char character : argument)
    result += character == '\'' ? "'\\''" : std::string(1, character);
  return result + "'";
}

std::string as_root(const std::vector<std::string>& arguments) {
  std::string command = "sudo overlayctl";
  for (const auto& argument : arguments) command += " " + quoted(argument);
  return printable(command);
}

template <size_t count>
bool is_one_of(const std::string& name, const std::array<std::string_view, count>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 2> not_running{"org.freedesktop.DBus.Error.ServiceUnknown",
                                                      "org.freedesktop.DBus.Error.NameHasNoOwner"};
constexpr std::array<std::string_view, 2> denied{
    "org.freedesktop.DBus.Error.AccessDenied",
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"};
constexpr std::array<std::string_view, 3> wrong_use{"org.overlayd1.Error.UnknownService",
                                                    "org.overlayd1.Error.InvalidArgument",
                                                    "org.freedesktop.DBus.Error.InvalidArgs"};
constexpr std::array<std::string_view, 4> no_answer{
    "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
    "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Disconnected"};

Failure explain_bus_error(const BusError& error, const std::vector<std::string>& arguments) {
  if (is_one_of(error.name(), not_running))
    return {
        "overlayd is not running: systemctl start overlayd; if that fails, overlayd check and "
        "journalctl -u overlayd tell why",
        ExitCode::failed};
  if (is_one_of(error.name(), denied))
    return {"only root may do this: try " + as_root(arguments), ExitCode::refused};
  if (is_one_of(error.name(), no_answer))
    return {"overlayd did not answer (journalctl -u overlayd tells why)", ExitCode::failed};
  return {printable(error.what(), 200'000, true),
          is_one_of(error.name(), wrong_use) ? ExitCode::wrong_use : ExitCode::failed};
}

}  // namespace

Failure explain(const std::exception& error, const std::vector<std::string>& arguments) {
  if (const auto* bus_error = dynamic_cast<const BusError*>(&error))
    return explain_bus_error(*bus_error, arguments);
  const bool interrupted = dynamic_cast<const Interrupted*>(&error) != nullptr;
  return {printable(error.what(), 200'000, true),
          interrupted ? ExitCode::interrupted : ExitCode::failed};
}

}  // namespace overlayd::ctl
