// Carries out plans. The only code that changes the machine's mounts, links and directories.
//
// Every operation looks at the machine first and does what is still to do: applying a plan twice,
// or after an interruption at any point, ends the same.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "daemon/steps/plan.h"
#include "daemon/trees/trees.h"
#include "mounts/stage.h"

namespace overlayd {

// An overlay that is in place now.
struct LiveOverlay {
  std::string local;
  std::string tree;  // name in the store
  std::string service;
  bool directory = true;  // else a file
};

// The machine as one service sees it.
struct Machine {
  const TreeStore& trees;
  // Bind overlays of all services strictly below a path, outermost first; all of them below "/".
  std::function<std::vector<LiveOverlay>(const std::string& path)> overlays_below;
  // Whether what `step` made is another service's as well, or by now: an overlay may have moved
  // from one to the other in services.toml.
  std::function<bool(const Step& step)> is_of_another;
};

// A plan failed half-way, and so did taking it back.
class HalfDone : public Error {
 public:
  using Error::Error;
};

// A plan whose trees are all opened as detached mounts: everything that can fail before anything is
// visible has not failed.
class Staged {
 public:
  // Throws Error; nothing has changed then.
  Staged(Plan plan, Machine machine);

  // Carries the plan out. If an operation fails, those before it are taken back and Error is
  // thrown; HalfDone if that fails too.
  void publish();

 private:
  struct Mount {
    Fd tree;
    std::vector<std::string> covered;
  };
  void do_all();
  void do_op(size_t index);
  void make(const Step& step, const std::string& before, size_t index);
  void show(const Step& step, const std::string& before, size_t index);
  // Whether an overlay is visible there. Throws Error if a mount of somebody else covers it.
  [[nodiscard]] bool stands(const Step& step, const std::string& before) const;
  // Throws that.
  void check_uncovered(const Step& step, const std::string& before) const;
  Mount stage_mount(const Step& step) const;
  void check_tree(const Step& step) const;
  bool is_undone(const std::string& local) const;
  void undo(const Step& step) const;
  void take_away(const Step& step) const;
  void take_away_elsewhere(const Step& step) const;
  bool is_known(const std::string& local) const;

  Plan plan_;
  const Machine machine_;
  std::map<size_t, Mount> mounts_;
};

// Stages and publishes.
void carry_out(const Plan& plan, const Machine& machine);

// Takes back a plan that was interrupted. What was there before and cannot be put back, for what it
// stood on may have gone meanwhile, is missing then; an overlay that is another service's by now is
// left to that one. Throws Error if something is left that was not there before.
void take_back(const Plan& plan, const Machine& machine);

// Whether `step` is in effect on the machine. What cannot be looked at is not: anybody may own a
// directory on the way and put something in it. Never throws.
bool is_in_effect(const Step& step, const TreeStore& trees);

}  // namespace overlayd
