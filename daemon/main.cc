#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/log.h"
#include "daemon/commands.h"

namespace {

constexpr int wrong_use = 2;

void require_root() {
  if (geteuid() != 0) throw overlayd::Error("overlayd needs to run as root");
}

}  // namespace

int main(int argc, char** argv) {
  overlayd::Options options;
  options.programs = OVERLAYD_LIBEXECDIR;
  std::vector<std::string> command;
  std::string candidate;

  CLI::App app("Keeps directories and files of this machine what they are in Git.", "overlayd");
  app.set_version_flag("--version", OVERLAYD_VERSION);
  auto* config = app.add_option("--config", options.config_file, "services.toml to use");
  config->type_name("FILE")->capture_default_str();
  app.add_option("--programs", options.programs, "folder of overlayd-fetch and overlayd-git")
      ->type_name("FOLDER")
      ->capture_default_str();
  app.add_option("--user", options.user, "system user that these run as")
      ->type_name("NAME")
      ->capture_default_str();
  app.require_subcommand(0, 1);
  auto* check = app.add_subcommand("check", "say what is wrong with services.toml");
  check->add_option("FILE", candidate, "the file; - is standard input")->type_name(" ");
  check->fallthrough();  // "check --config FILE" is as good as "--config FILE check"
  auto* restore = app.add_subcommand("restore", "put in place what was deployed before");
  auto* clear = app.add_subcommand("clear", "take away everything that was put in place");
  auto* outside = app.add_subcommand("outside", "run a command that sees no overlays");
  outside->add_option("COMMAND", command, "the command, behind --")->required();
  outside->positionals_at_end();
  try {
    app.parse(argc, argv);
    if (!candidate.empty() && config->count() > 0) throw CLI::ExcludesError("FILE", "--config");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_use;
  }

  try {
    if (check->parsed()) return overlayd::check_config(options, candidate);
    require_root();
    if (restore->parsed()) return overlayd::restore_overlays(options);
    if (clear->parsed()) return overlayd::clear_overlays(options);
    if (outside->parsed()) return overlayd::run_outside(options, command);
    return overlayd::run_daemon(options);
  } catch (const overlayd::WrongConfig& error) {
    overlayd::log_line(LOG_ERR, error.what());
    return EX_CONFIG;
  } catch (const std::exception& error) {
    overlayd::log_line(LOG_ERR, error.what());
    return 1;
  }
}
