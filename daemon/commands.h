// What the overlayd program does besides being a daemon. Each returns the program's exit code.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "daemon/load.h"

namespace overlayd {

// The daemon: runs until it is told to end.
int run_daemon(const Options& options);
// Says what is wrong with the file: 0 if nothing, else 1.
int check_config(const std::string& file);
// Puts in place what was deployed before, from local state alone.
int restore_overlays(const Options& options);
// Takes every overlay and everything else that was made away, and forgets it.
int clear_overlays(const Options& options);
// Runs a command that sees the machine without overlays. Returns only if that fails.
int run_outside(const Options& options, const std::vector<std::string>& command);

// Held as long as somebody works on the state; throws Error if another process does.
Fd lock_state(const std::string& state_directory);

}  // namespace overlayd
