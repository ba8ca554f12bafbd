#include "base/bus.h"
#include "ctl/client.h"
#include "ctl/commands.h"
#include "ctl/output.h"
#include "ctl/render.h"

namespace overlayd::ctl {
namespace {

// The answer with the newest `count` entries only.
Value newest(const Value& answer, size_t count) {
  Dict dict = answer.dict();
  List entries = answer.at("entries").list();
  if (entries.size() > count) entries.resize(count);
  dict["entries"] = std::move(entries);
  return dict;
}

}  // namespace

ExitCode show_status(const Invocation& invocation) {
  const Value answer = ask(question(
      "Status", [&](sd_bus_message* message) { append_texts(message, invocation.services); }));
  print_answer(answer, invocation.json,
               invocation.services.empty() ? render_status : render_details);
  return ExitCode::done;
}

ExitCode show_plan(const Invocation& invocation) {
  Call call = question("Plan", [&](sd_bus_message* message) {
    append_texts(message, invocation.services);
    append_text(message, invocation.revision);
  });
  call.services = invocation.services;
  const Value answer = ask(call);
  print_answer(answer, invocation.json, render_plans);
  return exit_code_of_plans(answer);
}

ExitCode show_log(const Invocation& invocation) {
  Value answer = ask(question(
      "Log", [&](sd_bus_message* message) { append_text(message, invocation.services.front()); }));
  if (invocation.lines > 0) answer = newest(answer, invocation.lines);
  print_answer(answer, invocation.json, render_log);
  return ExitCode::done;
}

}  // namespace overlayd::ctl
