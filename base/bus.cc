#include "base/bus.h"

namespace overlayd {
namespace {

void must(int result) { check_neg(result, "cannot build or read a D-Bus message"); }

void append_variant(sd_bus_message* message, const Value& value);

void append_list(sd_bus_message* message, const List& list) {
  must(sd_bus_message_open_container(message, 'a', "v"));
  for (const auto& item : list) append_variant(message, item);
  must(sd_bus_message_close_container(message));
}

struct Signature {
  const char* operator()(bool) const { return "b"; }
  const char* operator()(int64_t) const { return "x"; }
  const char* operator()(double) const { return "d"; }
  const char* operator()(const std::string&) const { return "s"; }
  const char* operator()(const List&) const { return "av"; }
  const char* operator()(const Dict&) const { return "a{sv}"; }
};

struct Append {
  sd_bus_message* message;
  void operator()(bool value) const {
    must(sd_bus_message_append(message, "b", static_cast<int>(value)));
  }
  void operator()(int64_t value) const { must(sd_bus_message_append(message, "x", value)); }
  void operator()(double value) const { must(sd_bus_message_append(message, "d", value)); }
  void operator()(const std::string& value) const {
    must(sd_bus_message_append(message, "s", value.c_str()));
  }
  void operator()(const List& value) const { append_list(message, value); }
  void operator()(const Dict& value) const { append_dict(message, value); }
};

void append_variant(sd_bus_message* message, const Value& value) {
  must(sd_bus_message_open_container(message, 'v', std::visit(Signature{}, value.data())));
  std::visit(Append{message}, value.data());
  must(sd_bus_message_close_container(message));
}

template <typename T>
T read_basic(sd_bus_message* message, char type) {
  T value{};
  must(sd_bus_message_read_basic(message, type, &value));
  return value;
}

Value read_value(sd_bus_message* message, const std::string& signature);

Value read_variant(sd_bus_message* message) {
  const char* contents = nullptr;
  must(sd_bus_message_peek_type(message, nullptr, &contents));
  const std::string signature = contents;
  must(sd_bus_message_enter_container(message, 'v', signature.c_str()));
  Value value = read_value(message, signature);
  must(sd_bus_message_exit_container(message));
  return value;
}

List read_list(sd_bus_message* message) {
  List list;
  must(sd_bus_message_enter_container(message, 'a', "v"));
  while (sd_bus_message_at_end(message, 0) == 0) list.push_back(read_variant(message));
  must(sd_bus_message_exit_container(message));
  return list;
}

Value read_value(sd_bus_message* message, const std::string& signature) {
  if (signature == "b") return read_basic<int>(message, 'b') != 0;
  if (signature == "x") return read_basic<int64_t>(message, 'x');
  if (signature == "d") return read_basic<double>(message, 'd');
  if (signature == "s") return read_text(message);
  if (signature == "av") return read_list(message);
  if (signature == "a{sv}") return read_dict(message);
  throw Error::of("unexpected type {} in a D-Bus message", signature);
}

// Runs a handler that belongs to a slot, which the handler may destroy: hence the copy.
int run_handler(sd_bus_message* message, void* data, sd_bus_error*) {
  const BusSlot::Handler handler = *static_cast<BusSlot::Handler*>(data);
  guard([&] { handler(message); });
  return 0;
}

void own_handler(sd_bus_slot* slot, BusSlot::Handler* handler) {
  sd_bus_slot_set_destroy_callback(slot,
                                   [](void* data) { delete static_cast<BusSlot::Handler*>(data); });
  sd_bus_slot_set_userdata(slot, handler);
}

}  // namespace

BusConnection connect_system_bus() {
  BusConnection bus;
  check_neg(sd_bus_open_system(out(bus)), "cannot connect to the system bus");
  return bus;
}

BusMessage bus_call(sd_bus* bus, sd_bus_message* message, std::chrono::microseconds timeout) {
  BusMessage answer;
  sd_bus_error error = SD_BUS_ERROR_NULL;
  const int result =
      sd_bus_call(bus, message, static_cast<uint64_t>(timeout.count()), &error, out(answer));
  if (result >= 0) return answer;
  const std::string name = error.name == nullptr ? "" : error.name;
  const std::string text = error.message == nullptr ? name : error.message;
  sd_bus_error_free(&error);
  if (!name.empty()) throw BusError(name, text);
  throw SystemError(-result, "the D-Bus call failed");
}

void throw_if_error(sd_bus_message* message) {
  const sd_bus_error* error = sd_bus_message_get_error(message);
  if (error != nullptr)
    throw BusError(error->name, error->message == nullptr ? error->name : error->message);
}

void append_dict(sd_bus_message* message, const Dict& dict) {
  must(sd_bus_message_open_container(message, 'a', "{sv}"));
  for (const auto& [key, value] : dict) {
    must(sd_bus_message_open_container(message, 'e', "sv"));
    must(sd_bus_message_append(message, "s", key.c_str()));
    append_variant(message, value);
    must(sd_bus_message_close_container(message));
  }
  must(sd_bus_message_close_container(message));
}

Dict read_dict(sd_bus_message* message) {
  Dict dict;
  must(sd_bus_message_enter_container(message, 'a', "{sv}"));
  while (sd_bus_message_at_end(message, 0) == 0) {
    must(sd_bus_message_enter_container(message, 'e', "sv"));
    std::string key = read_text(message);
    dict.emplace(std::move(key), read_variant(message));
    must(sd_bus_message_exit_container(message));
  }
  must(sd_bus_message_exit_container(message));
  return dict;
}

void append_texts(sd_bus_message* message, const std::vector<std::string>& texts) {
  must(sd_bus_message_open_container(message, 'a', "s"));
  for (const auto& text : texts) must(sd_bus_message_append(message, "s", text.c_str()));
  must(sd_bus_message_close_container(message));
}

std::vector<std::string> read_texts(sd_bus_message* message) {
  std::vector<std::string> texts;
  must(sd_bus_message_enter_container(message, 'a', "s"));
  while (sd_bus_message_at_end(message, 0) == 0) texts.push_back(read_text(message));
  must(sd_bus_message_exit_container(message));
  return texts;
}

std::string read_text(sd_bus_message* message) { return read_basic<const char*>(message, 's'); }

BusSlot BusSlot::call(sd_bus* bus, sd_bus_message* message, std::chrono::microseconds timeout,
                      Handler answered) {
  BusSlot slot;
  check_neg(sd_bus_call_async(bus, out(slot.slot_), message, run_handler, nullptr,
                              static_cast<uint64_t>(timeout.count())),
            "cannot send a D-Bus message");
  own_handler(slot.slot_.get(), new Handler(std::move(answered)));
  return slot;
}

BusSlot BusSlot::match(sd_bus* bus, const std::string& rule, Handler received) {
  BusSlot slot;
  check_neg(
      sd_bus_add_match_async(bus, out(slot.slot_), rule.c_str(), run_handler, nullptr, nullptr),
      "cannot watch for D-Bus signals");
  own_handler(slot.slot_.get(), new Handler(std::move(received)));
  return slot;
}

}  // namespace overlayd
