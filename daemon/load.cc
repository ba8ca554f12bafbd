#include "daemon/load.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/read_config.h"
#include "daemon/steps/own_directory.h"

namespace overlayd {
namespace {

// In the folder Settings::home.
constexpr const char* good_copy = "services.toml.good";

Settings make_settings(const Options& options, const Config& config) {
  const passwd* user = getpwnam(options.user.c_str());
  if (user == nullptr || user->pw_uid == 0)
    throw Error::of(
        "there is no unprivileged system user '{}': run systemd-sysusers, or install the "
        "package again",
        options.user);
  return {.config_file = options.config_file,
          .home = options.home,
          .state_directory = config.global.state_directory,
          .program_directory = options.programs,
          .git_uid = user->pw_uid,
          .git_gid = user->pw_gid};
}

void keep_state_link(const Settings& settings) {
  const Fd home = open_own_directory(settings.home);
  if (settings.state_directory != settings.home)
    return replace_symlink_at(home.get(), file_name(settings.state_link()),
                              settings.state_directory);
  if (unlinkat(home.get(), file_name(settings.state_link()).c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove {}", settings.state_link()));
}

// What was right once may be so again without anybody's doing: its users may come from a directory
// that is not up yet.
[[noreturn]] void refuse_to_start(const Options& options, const std::string& diagnostics) {
  if (kind_of(options.home + "/" + good_copy) != PathKind::missing)
    throw Error::of("cannot start: {} is wrong, and so is now what was in force before\n{}",
                    options.config_file, trim(diagnostics));
  throw WrongConfig(fmt::format(
      "cannot start: {} is wrong, and none was in force before; mend it, and start overlayd "
      "again\n{}",
      options.config_file, trim(diagnostics)));
}

}  // namespace

void remember_good_config(const Settings& settings, const std::string& text) noexcept {
  try {
    const Fd home = open_own_directory(settings.home);
    if (read_file_if_any(home.get(), good_copy) == text) return;
    write_file_at(home.get(), good_copy, text, 0600, Durability::lazy);
  } catch (const std::exception& error) {
    log_warning("{} cannot be copied to {}, for a start with a broken one: {}",
                settings.config_file, settings.home, error.what());
  }
}

void remember_state_directory(const Settings& settings) noexcept {
  try {
    if (settings_noted_in(settings.home).state_directory != settings.state_directory)
      keep_state_link(settings);
  } catch (const std::exception& error) {
    log_warning(
        "it cannot be noted that the state directory is {}, so the next boot puts nothing in place "
        "before overlayd runs: {}",
        settings.state_directory, error.what());
  }
}

Settings settings_in_force(const Options& options) {
  Settings settings = settings_noted_in(options.home);
  settings.config_file = options.config_file;
  return settings;
}

Loaded load(const Options& options) {
  Loaded loaded;
  const Settings noted = settings_noted_in(options.home);
  ParseResult result = read_config(options.config_file, noted);
  if (!result.config) {
    loaded.config_error = render(result.diagnostics);
    result = read_config(options.home + "/" + good_copy, noted);
    if (!result.config) refuse_to_start(options, loaded.config_error);
    log_error("{} was refused; the one before it is in force:\n{}", options.config_file,
              loaded.config_error);
  }
  loaded.config = *result.config;
  for (const auto& service : result.services_for_others)
    loaded.services_for_others.push_back(service.name);
  loaded.text = std::move(result.text);
  loaded.settings = make_settings(options, loaded.config);
  return loaded;
}

}  // namespace overlayd
