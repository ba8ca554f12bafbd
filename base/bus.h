// D-Bus through sd-bus: connections, calls, signals, and Values in messages.
//
// On the wire a Dict is a{sv}, a List is av, a text is s, a number is x, a truth is b, a double is
// d.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "base/handle.h"
#include "base/loop.h"
#include "base/value.h"

namespace overlayd {

using BusMessage = Handle<sd_bus_message, sd_bus_message_unref>;
using BusConnection = Handle<sd_bus, sd_bus_flush_close_unref>;

// An error answer: `name` is the D-Bus error name, what() its text for people.
class BusError : public Error {
 public:
  BusError(std::string name, const std::string& text) : Error(text), name_(std::move(name)) {}
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// Connects to the system bus; throws SystemError if there is none.
BusConnection connect_system_bus();

// Waits for the answer, at most `timeout`; throws BusError.
BusMessage bus_call(sd_bus* bus, sd_bus_message* message, std::chrono::microseconds timeout);

// Throws BusError if `message` is an error answer.
void throw_if_error(sd_bus_message* message);

void append_dict(sd_bus_message* message, const Dict& dict);
Dict read_dict(sd_bus_message* message);
void append_texts(sd_bus_message* message, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(sd_bus_message* message);
std::string read_text(sd_bus_message* message);

// A pending call or a match: destroying it ends the interest. The handler may destroy it.
class BusSlot {
 public:
  using Handler = std::function<void(sd_bus_message*)>;

  BusSlot() = default;
  explicit operator bool() const { return slot_ != nullptr; }

  // Sends `message`; `answered` gets the answer or an error message (see throw_if_error).
  static BusSlot call(sd_bus* bus, sd_bus_message* message, std::chrono::microseconds timeout,
                      Handler answered);
  // `rule` as in D-Bus: "type='signal',sender='…',member='…'".
  static BusSlot match(sd_bus* bus, const std::string& rule, Handler received);

 private:
  Handle<sd_bus_slot, sd_bus_slot_unref> slot_;
};

}  // namespace overlayd
