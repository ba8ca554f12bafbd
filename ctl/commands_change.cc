#include "base/bus.h"
#include "ctl/client.h"
#include "ctl/commands.h"
#include "ctl/output.h"
#include "ctl/render.h"

namespace overlayd::ctl {
namespace {

ExitCode print_results(const Value& answer, bool json) {
  print_answer(answer, json, render_results);
  return exit_code_of_results(answer);
}

}  // namespace

ExitCode forward(const Invocation& invocation) {
  const Value answer = ask(work(
      "Forward", [&](sd_bus_message* message) { append_texts(message, invocation.services); }));
  return print_results(answer, invocation.json);
}

ExitCode freeze(const Invocation& invocation) {
  const Value answer = ask(work("Freeze", [&](sd_bus_message* message) {
    append_texts(message, invocation.services);
    append_text(message, invocation.reason);
    append_seconds(message, invocation.duration);
  }));
  return print_results(answer, invocation.json);
}

ExitCode thaw(const Invocation& invocation) {
  const Value answer = ask(
      work("Thaw", [&](sd_bus_message* message) { append_texts(message, invocation.services); }));
  return print_results(answer, invocation.json);
}

ExitCode roll_back(const Invocation& invocation) {
  const Value answer = ask(work("Rollback", [&](sd_bus_message* message) {
    append_text(message, invocation.services.front());
    append_text(message, invocation.revision);
  }));
  return print_results(answer, invocation.json);
}

ExitCode reload(const Invocation& invocation) {
  const Value answer = ask(work("Reload", [](sd_bus_message*) {}));
  print_answer(answer, invocation.json, render_reload);
  return exit_code_of_reload(answer);
}

}  // namespace overlayd::ctl
