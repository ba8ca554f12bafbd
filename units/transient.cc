#include "units/transient.h"

namespace overlayd {
namespace {

void must(int result) { check_neg(result, "cannot build a D-Bus message"); }

void append_exec(sd_bus_message* message, const std::vector<std::string>& argv) {
  must(sd_bus_message_open_container(message, 'r', "sv"));
  must(sd_bus_message_append(message, "s", "ExecStart"));
  must(sd_bus_message_open_container(message, 'v', "a(sasb)"));
  must(sd_bus_message_open_container(message, 'a', "(sasb)"));
  must(sd_bus_message_open_container(message, 'r', "sasb"));
  must(sd_bus_message_append(message, "s", argv.at(0).c_str()));
  append_texts(message, argv);
  must(sd_bus_message_append(message, "b", 0));
  for (int i = 0; i < 4; i++) must(sd_bus_message_close_container(message));
}

void append_environment(sd_bus_message* message, const std::vector<std::string>& environment) {
  must(sd_bus_message_open_container(message, 'r', "sv"));
  must(sd_bus_message_append(message, "s", "Environment"));
  must(sd_bus_message_open_container(message, 'v', "as"));
  append_texts(message, environment);
  must(sd_bus_message_close_container(message));
  must(sd_bus_message_close_container(message));
}

}  // namespace

void append_transient(sd_bus_message* message, const TransientUnit& unit) {
  must(sd_bus_message_append(message, "ss", unit.name.c_str(), "fail"));
  must(sd_bus_message_open_container(message, 'a', "(sv)"));
  must(sd_bus_message_append(
      message, "(sv)(sv)(sv)(sv)", "Description", "s", unit.description.c_str(), "Type", "s",
      "oneshot", "CollectMode", "s", "inactive-or-failed", "TimeoutStartUSec", "t",
      static_cast<uint64_t>(std::chrono::microseconds(unit.timeout).count())));
  must(sd_bus_message_append(message, "(sv)(sv)", "StandardOutputFileDescriptor", "h", unit.output,
                             "StandardErrorFileDescriptor", "h", unit.output));
  append_environment(message, unit.environment);
  append_exec(message, unit.argv);
  must(sd_bus_message_close_container(message));
  must(sd_bus_message_append(message, "a(sa(sv))", 0));
}

}  // namespace overlayd
