// What the overlayd program does besides being a daemon. Each returns the program's exit code.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "daemon/load.h"

namespace overlayd {

// The daemon: runs until it is told to end. Throws WrongConfig if it cannot start with the file.
int run_daemon(const Options& options);
// Says what is wrong with `candidate`, or with the file in its place: 0 if nothing, else 1. Only
// root is told what is wrong for what is in place on this machine: nobody else may look there.
int check_config(const Options& options, const std::string& candidate = "");
// The others need nothing but the state directory: not services.toml, nor space on the disk.
//
// Puts in place what was deployed before: 0 if all of it is, else 1.
int restore_overlays(const Options& options);
// Takes every overlay and everything else that was made away, and forgets it.
int clear_overlays(const Options& options);
// Runs a command that sees the machine without overlays. Returns only if that fails.
int run_outside(const Options& options, const std::vector<std::string>& command);

// Held as long as somebody works on the state, and taken before anything is written. Makes the
// directory if it is missing. Throws Error if another process has it.
Fd lock_state(const std::string& state_directory);

}  // namespace overlayd
