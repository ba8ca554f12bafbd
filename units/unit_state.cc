#include "units/unit_state.h"

#include "base/bus.h"

namespace overlayd {
namespace {

std::string read_text_variant(sd_bus_message* message) {
  const char* text = nullptr;
  check_neg(sd_bus_message_read(message, "v", "s", &text), "cannot read a unit property");
  return text;
}

uint64_t read_number_variant(sd_bus_message* message) {
  uint64_t number = 0;
  check_neg(sd_bus_message_read(message, "v", "t", &number), "cannot read a unit property");
  return number;
}

// Those of org.freedesktop.systemd1.Unit and .Service that make up a UnitState.
void read_property(sd_bus_message* message, const std::string& name, UnitState& state) {
  if (name == "LoadState")
    state.load = read_text_variant(message);
  else if (name == "ActiveState")
    state.active = read_text_variant(message);
  else if (name == "SubState")
    state.sub = read_text_variant(message);
  else if (name == "Result")
    state.result = read_text_variant(message);
  else if (name == "ActiveEnterTimestamp")
    state.active_since_us = read_number_variant(message);
  else if (name == "ExecMainStatus")
    check_neg(sd_bus_message_read(message, "v", "i", &state.exit_status), "cannot read {}", name);
  else
    check_neg(sd_bus_message_skip(message, "v"), "cannot read {}", name);
}

bool is_error(sd_bus_message* answer) {
  return sd_bus_message_is_method_error(answer, nullptr) != 0;
}

}  // namespace

std::string describe(const UnitState& state) {
  if (state.load == "not-found") return "not found";
  if (state.load == "masked") return "masked";
  if (!state.failed()) return fmt::format("{} ({})", state.active, state.sub);
  const std::string result = state.result.empty() ? state.sub : state.result;
  if (state.exit_status == 0) return fmt::format("failed ({})", result);
  return fmt::format("failed ({}, status {})", result, state.exit_status);
}

UnitState read_unit_state(sd_bus_message* answer) {
  UnitState state;
  if (is_error(answer)) return state;
  check_neg(sd_bus_message_enter_container(answer, 'a', "{sv}"), "cannot read unit properties");
  while (sd_bus_message_at_end(answer, 0) == 0) {
    check_neg(sd_bus_message_enter_container(answer, 'e', "sv"), "cannot read unit properties");
    read_property(answer, read_text(answer), state);
    check_neg(sd_bus_message_exit_container(answer), "cannot read unit properties");
  }
  return state;
}

std::map<std::string, UnitState> read_unit_states(sd_bus_message* answer,
                                                  const std::vector<std::string>& asked) {
  std::map<std::string, UnitState> states;
  if (is_error(answer)) return states;
  check_neg(sd_bus_message_enter_container(answer, 'a', "(ssssssouso)"), "cannot read units");
  auto name = asked.begin();
  const char* text[9] = {};
  uint32_t job = 0;
  while (name != asked.end() &&
         sd_bus_message_read(answer, "(ssssssouso)", &text[0], &text[1], &text[2], &text[3],
                             &text[4], &text[5], &text[6], &job, &text[7], &text[8]) > 0)
    states[*name++] = {.load = text[2], .active = text[3], .sub = text[4], .result = ""};
  return states;
}

UnitState state_of(const std::string& unit, const std::map<std::string, UnitState>& states) {
  const auto found = states.find(unit);
  return found == states.end() ? UnitState{} : found->second;
}

}  // namespace overlayd
