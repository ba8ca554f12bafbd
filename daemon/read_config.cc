#include "daemon/read_config.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "config/host.h"
#include "daemon/state/store.h"
#include "daemon/steps/place.h"

namespace overlayd {
namespace {

// Who else than root can change the file; empty if nobody, or if it is not there.
std::string others_who_may_write(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return "";
  if ((status.st_mode & S_IWOTH) != 0) return "everybody";
  if (status.st_uid != 0) {
    const passwd* user = getpwuid(status.st_uid);
    return fmt::format("user {}", user == nullptr ? std::to_string(status.st_uid) : user->pw_name);
  }
  if ((status.st_mode & S_IWGRP) == 0 || status.st_gid == 0) return "";
  const group* group = getgrgid(status.st_gid);
  return fmt::format("group {}", group == nullptr ? std::to_string(status.st_gid) : group->gr_name);
}

ParseResult open_to_others(const std::string& file, const std::string& who) {
  Diagnostics diagnostics("", {});
  diagnostics.add({},
                  fmt::format("{0} may be written by {1}, who could do anything to this machine "
                              "by it: chown root:root {0}; chmod go-w {0}",
                              file, who));
  ParseResult result;
  result.diagnostics = diagnostics.sorted();
  return result;
}

bool is_another(const ParseResult& result, const Settings& settings) {
  return result.config && result.config->global.state_directory != settings.state_directory;
}

// Not what is known only of before, of services that were taken away.
bool is_something_in_place(const Settings& settings) {
  if (kind_of(settings.states()) != PathKind::directory) return false;
  const Memory memory = Store(settings).load();
  return std::any_of(memory.begin(), memory.end(), [](const auto& service) {
    const Remembered& remembered = service.second;
    return !remembered.state.steps.empty() || remembered.open || !remembered.unreadable.empty();
  });
}

std::string left_behind(const GlobalConfig& global, const Settings& settings) {
  return fmt::format(
      "state_directory is {}, but by what is in {} overlays are in place: set it back; or stop "
      "overlayd, have them taken away with 'overlayd clear', and start it again",
      global.state_directory, settings.state_directory);
}

std::string takes_a_restart(const GlobalConfig& global, const Settings& settings) {
  return fmt::format(
      "state_directory is {}, but overlayd was started with {}: set it back, or restart overlayd",
      global.state_directory, settings.state_directory);
}

void refuse(ParseResult& result, const std::string& file, const std::string& why) {
  Diagnostics diagnostics(file, result.text);
  diagnostics.add(result.config->global.state_directory_at, why);
  result.diagnostics = diagnostics.sorted();
  result.config.reset();
}

ParseResult judged(ParseResult result, const std::string& file, const Settings& noted) {
  if (is_another(result, noted) && is_something_in_place(noted))
    refuse(result, file, left_behind(result.config->global, noted));
  return result;
}

}  // namespace

Settings settings_noted_in(const std::string& home) {
  Settings settings;
  settings.home = home;
  settings.state_directory = link_target(settings.state_link()).value_or(home);
  return settings;
}

ParseResult read_config(const std::string& file, const Settings& noted) {
  if (const auto others = others_who_may_write(file); !others.empty())
    return open_to_others(file, others);
  return judged(parse_file(file, this_host()), file, noted);
}

ParseResult read_candidate(const Candidate& candidate, const Settings& noted) {
  return judged(parse_candidate(candidate), candidate.name(), noted);
}

ParseResult parse_candidate(const Candidate& candidate) {
  return candidate.is_standard_input() ? parse_stream(STDIN_FILENO, candidate.name(), this_host())
                                       : parse_file(candidate.file, this_host());
}

ParseResult read_changed_config(const std::string& file, const Settings& running) {
  ParseResult result = read_config(file, running);
  if (is_another(result, running))
    refuse(result, file, takes_a_restart(result.config->global, running));
  return result;
}

}  // namespace overlayd
