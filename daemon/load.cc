#include "daemon/load.h"

#include <pwd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/host.h"

namespace overlayd {
namespace {

constexpr const char* good_copy = "services.toml.good";

Settings make_settings(const Options& options, const Config& config) {
  const passwd* user = getpwnam(options.user.c_str());
  if (user == nullptr || user->pw_uid == 0)
    throw Error::of(
        "there is no unprivileged system user '{}': run systemd-sysusers, or install the "
        "package again",
        options.user);
  return {.config_file = options.config_file,
          .state_directory = config.global.state_directory,
          .program_directory = options.programs,
          .git_uid = user->pw_uid,
          .git_gid = user->pw_gid};
}

// What was in force when the file was still good.
ParseResult parse_good_copy() {
  return parse_file(GlobalConfig{}.state_directory + "/" + good_copy, this_host());
}

}  // namespace

std::string state_directory_by(const std::string& config_file) {
  const ParseResult result = parse_file(config_file, this_host());
  return (result.config ? result.config->global : GlobalConfig{}).state_directory;
}

void remember_good_config(const Settings& settings) {
  const Fd state = open_dir(settings.state_directory);
  write_file_at(state.get(), good_copy, read_file(settings.config_file), 0600, Durability::lazy);
}

Loaded load(const Options& options) {
  Loaded loaded;
  ParseResult result = parse_file(options.config_file, this_host());
  if (!result.config) {
    loaded.config_error = render(result.diagnostics);
    result = parse_good_copy();
    if (!result.config) throw Error(loaded.config_error);
    log_error("{} is wrong, what was in force before stays so:\n{}", options.config_file,
              loaded.config_error);
  }
  loaded.config = *result.config;
  loaded.services_for_others = result.services_for_others;
  loaded.settings = make_settings(options, loaded.config);
  prepare_state_directory(loaded.settings);
  if (loaded.config_error.empty()) remember_good_config(loaded.settings);
  return loaded;
}

}  // namespace overlayd
