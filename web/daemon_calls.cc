#include "web/daemon_calls.h"

namespace overlayd::web {
namespace {

constexpr std::chrono::seconds patience(5);

// `read` gets the answer while the connection is still there.
template <typename Read>
auto ask(const char* interface, const char* method, Read read) {
  try {
    const BusConnection bus = connect_system_bus();
    const BusMessage call = message_to_daemon(bus.get(), interface, method);
    const BusMessage answer = bus_call(bus.get(), call.get(), patience);
    return read(answer.get());
  } catch (const BusError& error) {
    if (is_absence(error)) throw Error("overlayd is not running");
    throw Error::of("overlayd does not answer: {}", error.what());
  }
}

}  // namespace

BusMessage message_to_daemon(sd_bus* bus, const char* interface, const char* method) {
  BusMessage message;
  check_neg(sd_bus_message_new_method_call(bus, out(message), "org.overlayd1", "/org/overlayd1",
                                           interface, method),
            "cannot build a D-Bus message");
  check_neg(sd_bus_message_set_auto_start(message.get(), 0), "cannot build a D-Bus message");
  return message;
}

bool is_absence(const BusError& error) {
  return error.name() == "org.freedesktop.DBus.Error.ServiceUnknown" ||
         error.name() == "org.freedesktop.DBus.Error.NameHasNoOwner";
}

std::string metrics_of_daemon() { return ask("org.overlayd1.Manager", "Metrics", read_text); }

void ping_daemon() {
  ask("org.freedesktop.DBus.Peer", "Ping", [](sd_bus_message*) {});
}

}  // namespace overlayd::web
