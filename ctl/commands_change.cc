#include "base/bus.h"
#include "ctl/client.h"
#include "ctl/commands.h"
#include "ctl/output.h"
#include "ctl/render.h"

namespace overlayd::ctl {
namespace {

Call work_on(const Invocation& invocation, std::string method, Arguments append_arguments) {
  Call call = work(std::move(method), std::move(append_arguments));
  call.services = invocation.services;
  return call;
}

ExitCode print_results(const Value& answer, bool json) {
  print_answer(answer, json, render_results);
  return exit_code_of_results(answer);
}

}  // namespace

ExitCode forward(const Invocation& invocation) {
  const Value answer = ask(work_on(invocation, "Forward", [&](sd_bus_message* message) {
    append_texts(message, invocation.services);
  }));
  return print_results(answer, invocation.json);
}

ExitCode freeze(const Invocation& invocation) {
  const Value answer = ask(work_on(invocation, "Freeze", [&](sd_bus_message* message) {
    append_texts(message, invocation.services);
    append_text(message, invocation.reason);
    append_seconds(message, invocation.duration);
  }));
  return print_results(answer, invocation.json);
}

ExitCode thaw(const Invocation& invocation) {
  const Value answer = ask(work_on(invocation, "Thaw", [&](sd_bus_message* message) {
    append_texts(message, invocation.services);
  }));
  return print_results(answer, invocation.json);
}

ExitCode roll_back(const Invocation& invocation) {
  const Value answer = ask(work_on(invocation, "Rollback", [&](sd_bus_message* message) {
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
