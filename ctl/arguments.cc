#include "ctl/arguments.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "ctl/help.h"
#include "ctl/revision.h"

namespace overlayd::ctl {
namespace {

struct Options {
  Invocation invocation;
  std::string service;
  std::string duration;
  std::string lines;
};

// A variable that is not set is no reason to go back, or to freeze for ever.
const CLI::Validator& not_empty() {
  static const CLI::Validator validator(
      [](std::string& text) { return text.empty() ? "it is empty" : std::string(); }, "");
  return validator;
}

void add_services(CLI::App* command, Options& options, bool required) {
  command->add_option("SERVICE", options.invocation.services)
      ->required(required)
      ->check(not_empty());
}

void add_service_and_revision(CLI::App* command, Options& options, bool required) {
  command->add_option("SERVICE", options.service)->required(required)->check(not_empty());
  command->add_option("REV", options.invocation.revision)->check(not_empty());
}

// In the order of Verb.
void declare(CLI::App& app, Options& options) {
  std::vector<CLI::App*> commands{&app};
  for (const auto& topic : topics)
    commands.push_back(app.add_subcommand(std::string(topic.command)));
  for (auto* command : commands) command->add_flag("--json", options.invocation.json);
  app.set_version_flag("--version", "overlayctl " OVERLAYD_VERSION);
  app.require_subcommand(0, 1);

  const auto command = [&](const char* name) { return app.get_subcommand(name); };
  add_services(command("status"), options, false);
  add_services(command("forward"), options, false);
  add_services(command("freeze"), options, true);
  command("freeze")->add_option("--reason", options.invocation.reason);
  command("freeze")->add_option("--for", options.duration)->check(not_empty());
  add_services(command("thaw"), options, true);
  add_service_and_revision(command("rollback"), options, true);
  add_service_and_revision(command("plan"), options, false);
  command("log")->add_option("SERVICE", options.service)->required();
  command("log")->add_option("-n,--lines", options.lines)->check(not_empty());
}

std::string chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "" : commands.front()->get_name();
}

Reply wrong_use(const std::string& what, const std::string& command) {
  return {fmt::format("overlayctl: {}\nTry 'overlayctl {}{}--help'.\n", what, command,
                      command.empty() ? "" : " "),
          ExitCode::wrong_use};
}

std::vector<std::string> option_names(const std::string& command) {
  std::vector<std::string> names{"--json", "--help"};
  if (command.empty()) names.emplace_back("--version");
  if (command == "freeze") names.insert(names.end(), {"--reason", "--for"});
  if (command == "log") names.emplace_back("--lines");
  return names;
}

// Those of overlayd are easily taken for ours.
Reply no_command(const std::string& name) {
  std::string suggestion = did_you_mean(name, command_names());
  for (const char* other : {"check", "restore", "clear", "outside"})
    if (name == other) suggestion = fmt::format(" (did you mean 'overlayd {}'?)", other);
  return wrong_use(fmt::format("no command '{}'{}", printable(name), suggestion), "");
}

// What was left over: a mistyped command or option, or one argument too many.
Reply explain_extras(const std::vector<std::string>& extras, const std::string& command) {
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const auto& extra) { return extra.starts_with('-'); });
  if (option != extras.end()) {
    const std::string name = option->substr(0, option->find('='));
    return wrong_use(
        fmt::format("no option '{}'{}", printable(name), did_you_mean(name, option_names(command))),
        command);
  }
  const std::string& first = extras.front();
  if (!command.empty())
    return wrong_use(fmt::format("'{}' is one argument too many", printable(first)), command);
  return no_command(first);
}

// Of the command that is named, if one is.
Reply help_asked_for(const std::vector<std::string>& arguments, const std::string& command) {
  if (!command.empty()) return {help(command), ExitCode::done};
  const auto word = std::find_if(arguments.begin(), arguments.end(),
                                 [](const auto& argument) { return !argument.starts_with('-'); });
  return word == arguments.end() ? Reply{help(), ExitCode::done} : no_command(*word);
}

// What CLI11 says of the number of values of an option.
std::string in_words(const std::string& what) {
  if (const size_t end = what.find(": 1 required "); end != std::string::npos)
    return what.substr(0, end) + " needs a value";
  if (const size_t end = what.find(": At Most 1 required "); end != std::string::npos)
    return what.substr(0, end) + " stands here more than once";
  return what;
}

Reply explain(const CLI::ParseError& error, const CLI::App& app,
              const std::vector<std::string>& arguments) {
  const std::string command = chosen(app);
  if (error.get_name() == "CallForVersion")
    return {std::string(error.what()) + "\n", ExitCode::done};
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
    return help_asked_for(arguments, command);
  const auto extras = app.remaining(true);
  if (!extras.empty()) return explain_extras(extras, command);
  return wrong_use(in_words(printable(error.what())), command);
}

// At least 1.
bool take_number(const std::string& text, size_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && number > 0;
}

// What is wrong with it, if anything is.
std::optional<std::string> take_duration(const std::string& text, std::chrono::seconds& duration) {
  const auto taken = parse_duration(text);
  if (!taken || *taken == std::chrono::seconds(0))
    return fmt::format("'{}' is not a time: --for takes 90s, 30m, 2h, 1h30m or 3d",
                       printable(text));
  if (*taken > longest_duration)
    return fmt::format("'{}' is too long: --for takes up to {}d", printable(text),
                       std::chrono::floor<std::chrono::days>(longest_duration).count());
  duration = *taken;
  return std::nullopt;
}

std::variant<Invocation, Reply> checked(Options& options, const std::string& command) {
  Invocation& invocation = options.invocation;
  const auto names = command_names();
  if (!command.empty())
    invocation.verb =
        static_cast<Verb>(std::find(names.begin(), names.end(), command) - names.begin());
  if (!options.service.empty()) invocation.services = {options.service};
  if (!options.lines.empty() && !take_number(options.lines, invocation.lines))
    return wrong_use(fmt::format("'{}' is not a number of lines", printable(options.lines)),
                     command);
  if (const auto fault = fault_of_revision(invocation.revision)) return wrong_use(*fault, command);
  if (options.duration.empty()) return invocation;
  if (const auto fault = take_duration(options.duration, invocation.duration))
    return wrong_use(*fault, command);
  return invocation;
}

// "help", "help freeze", "help help"; what stands beside it that other commands take is let pass.
std::optional<Reply> help_on(std::vector<std::string> arguments) {
  std::erase_if(arguments, [](const std::string& argument) {
    return argument == "--json" || argument == "--help" || argument == "-h";
  });
  if (arguments.empty() || arguments.front() != "help") return std::nullopt;
  if (arguments.size() == 1 || arguments[1] == "help") return Reply{help(), ExitCode::done};
  const auto names = command_names();
  const std::string& command = arguments[1];
  if (std::find(names.begin(), names.end(), command) == names.end()) return no_command(command);
  return Reply{help(command), ExitCode::done};
}

}  // namespace

std::variant<Invocation, Reply> parse(const std::vector<std::string>& arguments) {
  if (auto reply = help_on(arguments)) return *reply;
  Options options;
  CLI::App app;
  declare(app, options);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return explain(error, app, arguments);
  }
  return checked(options, chosen(app));
}

}  // namespace overlayd::ctl
