#include "units/unit_files.h"

#include <algorithm>
#include <array>

#include "base/bus.h"
#include "base/path.h"

namespace overlayd {

bool may_hold_unit_files(const std::string& path) {
  // where services.toml may put something; the others of systemd's belong to it alone
  constexpr std::array<std::string_view, 3> folders{
      "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"};
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
    return is_at_or_below(path, folder) || is_at_or_below(folder, path);
  });
}

void reload_unit_files_early() {
  constexpr std::chrono::minutes patience{2};
  BusConnection bus;
  check_neg(sd_bus_new(out(bus)), "cannot make a D-Bus connection");
  check_neg(sd_bus_set_address(bus.get(), "unix:path=/run/systemd/private"),
            "cannot make a D-Bus connection");
  check_neg(sd_bus_start(bus.get()), "cannot connect to systemd");
  BusMessage message;
  check_neg(
      sd_bus_message_new_method_call(bus.get(), out(message), nullptr, "/org/freedesktop/systemd1",
                                     "org.freedesktop.systemd1.Manager", "Reload"),
      "cannot build a D-Bus message");
  bus_call(bus.get(), message.get(), patience);
}

}  // namespace overlayd
