#include <systemd/sd-daemon.h>

#include <csignal>

#include "base/error.h"
#include "base/log.h"
#include "daemon/api.h"
#include "daemon/commands.h"
#include "daemon/manager.h"
#include "daemon/upstream/mirror.h"
#include "mounts/write_protect.h"

namespace overlayd {
namespace {

void say_ready() { sd_notify(0, "READY=1"); }

// systemd waits for READY, whatever happens.
void reload(Manager& manager, bool is_up) {
  if (!is_up) return guard([&] { manager.reload(); });
  sd_notify(0, "RELOADING=1");
  guard([&] { manager.reload(); });
  say_ready();
}

// From here on the state directory is this process's alone. The one of before may be another: its
// trees are in use no more.
Fd take_over_state(const Options& options, const Loaded& loaded) {
  Fd lock = lock_state(loaded.settings.state_directory);
  prepare_state_directory(loaded.settings);
  const std::string trees_before = settings_in_force(options).trees();
  if (trees_before != loaded.settings.trees()) allow_writing(trees_before);
  write_protect(loaded.settings.trees());
  discard_left_over_staging(loaded.settings);
  remember_state_directory(loaded.settings);
  if (loaded.config_error.empty()) remember_good_config(loaded.settings, loaded.text);
  return lock;
}

// Without the bus nobody can be told anything: a restart connects anew, and touches no mount.
BusConnection connect_bus(Loop& loop) {
  BusConnection bus = connect_system_bus();
  check_neg(sd_bus_attach_event(bus.get(), loop.raw(), 0), "cannot attach the bus to the loop");
  check_neg(sd_bus_set_exit_on_disconnect(bus.get(), 1), "cannot watch the bus");
  return bus;
}

}  // namespace

int run_daemon(const Options& options) {
  Loop loop;
  const Source terminated = loop.on_signal(SIGTERM, [&] { loop.exit(0); });
  const Source interrupted = loop.on_signal(SIGINT, [&] { loop.exit(0); });
  Loaded loaded = load(options);
  const Fd lock = take_over_state(options, loaded);
  const BusConnection bus = connect_bus(loop);

  bool is_up = false;
  Manager manager(loop, std::move(loaded), bus.get());
  const Source hung_up = loop.on_signal(SIGHUP, [&] { reload(manager, is_up); });
  Api api(manager, bus.get());
  api.open();
  manager.start([&] {
    is_up = true;
    say_ready();
  });
  const size_t services = manager.config().services.size();
  log_info("overlayd {}: {} service{} on this machine", OVERLAYD_VERSION, services,
           services == 1 ? "" : "s");
  const int code = loop.run();
  sd_notify(0, "STOPPING=1");
  return code;
}

}  // namespace overlayd
