#include "daemon/commands.h"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/argv.h"
#include "base/error.h"
#include "base/log.h"
#include "config/host.h"
#include "config/summary.h"
#include "daemon/read_config.h"
#include "daemon/service/restore.h"
#include "daemon/steps/action.h"
#include "daemon/steps/own_directory.h"
#include "mounts/outside.h"
#include "mounts/overlay.h"
#include "mounts/table.h"
#include "mounts/write_protect.h"
#include "units/unit_files.h"

namespace overlayd {
namespace {

bool is_there(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return true;
  if (errno != ENOENT) fail_with_errno(fmt::format("cannot look at {}", path));
  return false;
}

// Whether there is a state to work on. It must be there if it was noted that it is elsewhere: its
// disk may not be mounted.
bool has_state(const Settings& settings) {
  if (is_there(settings.states())) return true;
  if (settings.state_directory == settings.home) return false;
  throw Error::of("there is no state in {}, though it was kept there: is its disk mounted?",
                  settings.state_directory);
}

Fd take_state_directory(const Settings& settings) {
  Fd lock = lock_state(settings.state_directory);
  prepare_state_directory(settings);
  write_protect(settings.trees());
  return lock;
}

// If the overlays of `services` hold some.
void have_unit_files_read(const Memory& memory, const std::set<std::string>& services) {
  const bool changed = std::any_of(services.begin(), services.end(), [&](const std::string& name) {
    const auto found = memory.find(name);
    return found != memory.end() && touches_unit_files(diff({}, found->second.state.steps));
  });
  try {
    if (changed) reload_unit_files_early();
  } catch (const Error& error) {
    log_error("systemd goes on with the unit files of before: {}", error.what());
  }
}

// What is on this machine, while no daemon works on it.
struct Alone {
  explicit Alone(const Settings& settings)
      : lock(take_state_directory(settings)),
        trees(settings.trees()),
        store(settings),
        memory(store.load()) {}

  Fd lock;
  TreeStore trees;
  Inventory inventory{trees};
  Store store;
  Memory memory;
};

// Who is not root knows nothing of what is in place.
ParseResult read_to_check(const Options& options, const std::string& candidate) {
  const bool is_root = geteuid() == 0;
  if (!candidate.empty() && candidate != options.config_file)
    return is_root ? read_candidate({candidate}, settings_in_force(options))
                   : parse_candidate({candidate});
  return is_root ? read_config(options.config_file, settings_in_force(options))
                 : parse_file(options.config_file, this_host());
}

}  // namespace

int check_config(const Options& options, const std::string& candidate) {
  const ParseResult result = read_to_check(options, candidate);
  if (result.config) {
    const std::string file = candidate.empty() ? options.config_file : Candidate{candidate}.name();
    fmt::print("{}\n{}", summary(result, file), explain_others(result, this_host()));
    return 0;
  }
  fmt::print(stderr, "{}", render(result.diagnostics));
  return 1;
}

Fd lock_state(const std::string& state_directory) {
  const Fd state = open_own_directory(state_directory);
  Fd lock = make_dir_at(state.get(), "state", 0700);  // which nobody else can open, and so not lock
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error::of("overlayd is running already (it holds {}); for this it must be stopped",
                    state_directory);
  return lock;
}

int restore_overlays(const Options& options) {
  const Settings settings = settings_in_force(options);
  if (!has_state(settings)) return 0;
  Alone machine(settings);
  const Restored restored =
      restore(machine.store, machine.trees, machine.inventory, machine.memory);
  // systemd has read them before it started anything; most units it starts after this
  have_unit_files_read(machine.memory, restored.changed);
  for (const auto& name : restored.changed) log_info("{}: put in place", name);
  for (const auto& [name, error] : restored.errors)
    log_error("{}: cannot be put in place: {}", name, error);
  return restored.errors.empty() ? 0 : 1;
}

// At the end goes what no state tells of any more.
int clear_overlays(const Options& options) {
  const Settings settings = settings_in_force(options);
  if (!has_state(settings)) return 0;
  Alone machine(settings);
  restore(machine.store, machine.trees, machine.inventory, machine.memory);
  std::set<std::string> services;
  for (const auto& [name, remembered] : machine.memory) services.insert(name);
  int code = 0;
  try {
    clear(machine.store, machine.inventory, machine.memory);
  } catch (const Error& error) {
    log_error("not everything can be taken away: {}", error.what());
    code = 1;
  }
  have_unit_files_read(machine.memory, services);
  for (const auto& overlay : mounts_of(settings.trees())) detach_mount(overlay);
  allow_writing(settings.trees());
  return code;
}

int run_outside(const Options& options, const std::vector<std::string>& command) {
  const std::string trees = settings_in_force(options).trees();
  if (is_there(trees)) leave_overlays(trees);
  execvp(command[0].c_str(), pointers(command).data());
  fail_with_errno(fmt::format("cannot run {}", command[0]));
}

}  // namespace overlayd
