// overlayd-web: serves the metrics of overlayd over HTTP, as a plain client of its D-Bus API.
#include <systemd/sd-daemon.h>

#include <csignal>

#include "base/bus.h"
#include "base/log.h"
#include "base/loop.h"
#include "web/daemon_calls.h"
#include "web/listener.h"
#include "web/site.h"

namespace overlayd::web {
namespace {

int serve() {
  Loop loop;
  // before any thread is started, so that every thread inherits the blocked signals
  const auto end = [&loop] { loop.exit(0); };
  const Source terminated = loop.on_signal(SIGTERM, end);
  const Source interrupted = loop.on_signal(SIGINT, end);

  const BusConnection bus = connect_system_bus();
  check_neg(sd_bus_attach_event(bus.get(), loop.raw(), SD_EVENT_PRIORITY_NORMAL),
            "cannot wait for the system bus");
  // without a bus there are no signals to wait for: systemd starts this program afresh
  check_neg(sd_bus_set_exit_on_disconnect(bus.get(), 1), "cannot watch the system bus");

  Site site({.metrics = metrics_of_daemon, .ping = ping_daemon});
  const Listener listener(loop, bus.get(),
                          [&site](const Request& request) { return site.answer(request); });
  const int code = loop.run();
  sd_notify(0, "STOPPING=1");
  return code;
}

}  // namespace
}  // namespace overlayd::web

int main() {
  try {
    return overlayd::web::serve();
  } catch (const std::exception& error) {
    overlayd::log_critical("{}", error.what());
    return 1;
  }
}
