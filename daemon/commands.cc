#include "daemon/commands.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/host.h"
#include "daemon/restore.h"
#include "mounts/outside.h"

namespace overlayd {

int check_config(const std::string& file) {
  const ParseResult result = parse_file(file, this_host());
  if (result.config) {
    fmt::print("{}\n", summary(result, file));
    return 0;
  }
  fmt::print(stderr, "{}", render(result.diagnostics));
  return 1;
}

Fd lock_state(const std::string& state_directory) {
  Fd lock = open_dir(state_directory);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error::of("overlayd is running already (it holds {}); for this it must be stopped",
                    state_directory);
  return lock;
}

int restore_overlays(const Options& options) {
  const Loaded loaded = load(options);
  const Fd lock = lock_state(loaded.settings.state_directory);
  const TreeStore trees(loaded.settings.trees());
  const Store store(loaded.settings);
  Inventory inventory(trees);
  const Restored restored = restore(store, trees, inventory, store.load());
  for (const auto& name : restored.changed) log_info("{}: put in place", name);
  for (const auto& [name, error] : restored.errors)
    log_error("{}: cannot be put in place: {}", name, error);
  return restored.errors.empty() ? 0 : 1;
}

int clear_overlays(const Options& options) {
  Settings settings;
  settings.state_directory = state_directory_by(options.config_file);
  if (access(settings.state_directory.c_str(), F_OK) != 0 && errno == ENOENT) return 0;
  prepare_state_directory(settings);
  const Fd lock = lock_state(settings.state_directory);
  const TreeStore trees(settings.trees());
  const Store store(settings);
  Inventory inventory(trees);
  const auto states = store.load();
  restore(store, trees, inventory, states);
  clear(store, inventory, states);
  return 0;
}

int run_outside(const Options& options, const std::vector<std::string>& command) {
  const std::string trees = state_directory_by(options.config_file) + "/trees";
  if (access(trees.c_str(), F_OK) == 0) leave_overlays(trees);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  fail_with_errno(fmt::format("cannot run {}", command[0]));
}

}  // namespace overlayd
