#include "web/listener.h"

#include <fmt/core.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/text.h"
#include "web/daemon_calls.h"

namespace overlayd::web {
namespace {

constexpr std::chrono::seconds patience(10);
constexpr std::chrono::seconds pause_before_retry(10);

constexpr const char* configuration_changed_rule =
    "type='signal',sender='org.overlayd1',path='/org/overlayd1',interface='org.overlayd1.Manager',"
    "member='ConfigurationChanged'";
constexpr const char* owner_changed_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.overlayd1'";

}  // namespace

// The matches go out before the question, so that no change falls between them.
Listener::Listener(Loop& loop, sd_bus* bus, Handler handler)
    : loop_(loop),
      bus_(bus),
      handler_(std::move(handler)),
      configuration_changed_(
          BusSlot::match(bus, configuration_changed_rule, [this](sd_bus_message*) { ask(); })),
      owner_changed_(BusSlot::match(bus, owner_changed_rule,
                                    [this](sd_bus_message* signal) { on_owner_changed(signal); })) {
  ask();
}

void Listener::ask() {
  const BusMessage message = message_to_daemon(bus_, "org.overlayd1.Manager", "WebListen");
  retry_.cancel();
  call_ = BusSlot::call(bus_, message.get(), patience,
                        [this](sd_bus_message* answer) { on_answer(answer); });
}

void Listener::on_answer(sd_bus_message* answer) {
  try {
    throw_if_error(answer);
    listen_on(read_text(answer));
    complaint_.clear();
    report("serving metrics on http://" + address_);
  } catch (const BusError& error) {
    if (!is_absence(error)) return retry_later(error.what());
    // its return is a signal
    report("waiting for overlayd");
  } catch (const Error& error) {
    retry_later(error.what());
  }
}

void Listener::on_owner_changed(sd_bus_message* signal) {
  read_text(signal);
  read_text(signal);
  const bool is_there = !read_text(signal).empty();
  if (is_there) return ask();
  call_ = {};
  report("waiting for overlayd");
}

void Listener::listen_on(const std::string& address) {
  if (server_ && address == address_) return;
  // first out of the way: 0.0.0.0:9836 cannot be had while 127.0.0.1:9836 is in use
  server_.reset();
  server_ = std::make_unique<HttpServer>(address, handler_);
  address_ = address;
  log_info("serving metrics on http://{}", printable(address));
}

void Listener::retry_later(const std::string& why) {
  const std::string text = printable(why);
  if (text != complaint_) log_error("{}", text);
  complaint_ = text;
  report(text);
  retry_ = loop_.after(pause_before_retry, [this] { ask(); });
}

// Whatever the first answer is, from then on this program does what it can.
void Listener::report(const std::string& status) {
  sd_notify(0, fmt::format("READY=1\nSTATUS={}", printable(status)).c_str());
}

}  // namespace overlayd::web
