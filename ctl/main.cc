// overlayctl: steers overlayd over D-Bus.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>

#include "ctl/arguments.h"
#include "ctl/commands.h"
#include "ctl/failure.h"
#include "ctl/output.h"

namespace overlayd::ctl {
namespace {

ExitCode run(const Invocation& invocation) {
  switch (invocation.verb) {
    case Verb::status:
      return show_status(invocation);
    case Verb::plan:
      return show_plan(invocation);
    case Verb::log:
      return show_log(invocation);
    case Verb::forward:
      return forward(invocation);
    case Verb::freeze:
      return freeze(invocation);
    case Verb::thaw:
      return thaw(invocation);
    case Verb::rollback:
      return roll_back(invocation);
    case Verb::reload:
      return reload(invocation);
  }
  return ExitCode::wrong_use;
}

ExitCode say(const Reply& reply) {
  if (reply.code == ExitCode::done)
    print(reply.text);
  else
    fmt::print(stderr, "{}", reply.text);
  return reply.code;
}

ExitCode parse_and_run(const std::vector<std::string>& arguments) {
  try {
    const auto parsed = parse(arguments);
    const auto* reply = std::get_if<Reply>(&parsed);
    return reply != nullptr ? say(*reply) : run(std::get<Invocation>(parsed));
  } catch (const std::exception& error) {
    const Failure failure = explain(error, arguments);
    fmt::print(stderr, "overlayctl: {}\n", failure.text);
    return failure.code;
  }
}

}  // namespace
}  // namespace overlayd::ctl

int main(int argc, char** argv) {
  // Whoever stops reading has what he wanted. Services and some languages start their children deaf
  // to it.
  std::signal(SIGPIPE, SIG_DFL);
  return static_cast<int>(overlayd::ctl::parse_and_run({argv + 1, argv + argc}));
}
