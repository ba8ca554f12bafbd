#include "daemon/answer.h"

#include <malloc.h>

namespace overlayd {
namespace {

constexpr size_t large_answer_bytes = 1 << 20;
constexpr size_t max_answer_bytes = 8 << 20;  // the bus ends who sends more than 32 MiB at once

Value too_long(const Value& value) {
  return Dict{{"name", value.at("name").text()},
              {"outcome", "failed"},
              {"message", "too much for one answer: ask for this service alone"}};
}

}  // namespace

Call keep(sd_bus_message* call) { return {sd_bus_message_ref(call), sd_bus_message_unref}; }

void reply(sd_bus_message* call, const Dict& dict) {
  BusMessage answer;
  check_neg(sd_bus_message_new_method_return(call, out(answer)), "cannot answer");
  append_dict(answer.get(), dict);
  check_neg(sd_bus_send(nullptr, answer.get(), nullptr), "cannot answer");
}

void reply_text(sd_bus_message* call, const std::string& text) {
  check_neg(sd_bus_reply_method_return(call, "s", text.c_str()), "cannot answer");
}

Gathering::Gathering(sd_bus_message* call, std::string key, size_t count)
    : call_(keep(call)), key_(std::move(key)), results_(count), missing_(count) {
  if (count == 0) reply(call, Dict{{key_, List{}}});
}

Gathering::~Gathering() {
  // what was freed lies between what was not; glibc does not give that back by itself
  if (size_ > large_answer_bytes) malloc_trim(0);
  if (missing_ == 0) return;
  sd_bus_reply_method_errorf(call_.get(), "org.overlayd1.Error.Failed",
                             "this went wrong half-way: see journalctl -u overlayd");
}

std::function<void(const Value&)> Gathering::slot(const std::shared_ptr<Gathering>& gathering,
                                                  size_t index) {
  return [gathering, index](const Value& value) { gathering->put(index, value); };
}

void Gathering::put(size_t index, const Value& value) {
  size_ += size_of(value);
  results_[index] = size_ <= max_answer_bytes ? value : too_long(value);
  if (--missing_ > 0) return;
  try {
    reply(call_.get(), Dict{{key_, std::move(results_)}});
  } catch (const std::exception& error) {
    sd_bus_reply_method_errorf(call_.get(), "org.overlayd1.Error.Failed", "%s", error.what());
  }
}

}  // namespace overlayd
