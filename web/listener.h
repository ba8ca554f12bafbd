// Keeps the HTTP server on the address that services.toml names.
#pragma once

#include <memory>
#include <string>

#include "base/bus.h"
#include "base/loop.h"
#include "web/http_server.h"

namespace overlayd::web {

// Asks the daemon for the address, again whenever its configuration changes or it comes back. While
// it is away the server stays where it was. An address that cannot be had is tried again.
class Listener {
 public:
  // `bus` is attached to `loop`; both outlive this.
  Listener(Loop& loop, sd_bus* bus, Handler handler);

 private:
  void ask();
  void on_answer(sd_bus_message* answer);
  void on_owner_changed(sd_bus_message* signal);
  void listen_on(const std::string& address);
  void retry_later(const std::string& why);
  void report(const std::string& status);

  Loop& loop_;
  sd_bus* bus_;
  Handler handler_;
  std::string address_;  // where server_ is
  std::unique_ptr<HttpServer> server_;
  std::string complaint_;  // logged last, so that a retry does not log it again
  BusSlot call_;
  BusSlot configuration_changed_;
  BusSlot owner_changed_;
  Source retry_;
};

}  // namespace overlayd::web
