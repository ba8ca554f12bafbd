// Answers to D-Bus calls, at once or when the work is done.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bus.h"
#include "base/value.h"

namespace overlayd {

// Keeps a call until it is answered.
using Call = std::shared_ptr<sd_bus_message>;
Call keep(sd_bus_message* call);

void reply(sd_bus_message* call, const Dict& dict);
void reply_text(sd_bus_message* call, const std::string& text);

// Collects the results of several services in a list called `key`, and answers when the last one
// is there; with an error if one of them is never going to come.
class Gathering {
 public:
  Gathering(sd_bus_message* call, std::string key, size_t count);
  ~Gathering();
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  // What takes the result of the service at `index`, once.
  static std::function<void(const Value&)> slot(const std::shared_ptr<Gathering>& gathering,
                                                size_t index);

 private:
  void put(size_t index, const Value& value);

  Call call_;
  std::string key_;
  List results_;
  size_t missing_;
  size_t size_ = 0;
};

}  // namespace overlayd
