// The difference between two lists of steps: what has to happen, in which order, and its inverse.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/steps/step.h"

namespace overlayd {

enum class OpKind {
  make,    // bring about `step`
  undo,    // take back `step`
  change,  // from `before` to `step`, at one place, in one atomic operation
  act      // tell the unit; has no inverse: undoing a plan acts on the unit again
};

struct Op {
  OpKind kind = OpKind::make;
  Step step;
  Step before;  // for `change` only

  bool operator==(const Op& other) const {
    return kind == other.kind && step == other.step &&
           (kind != OpKind::change || before == other.before);
  }
};

using Plan = std::vector<Op>;

// Pure. What only `old_steps` has is undone in reverse order, then in the order of `new_steps` what
// has another value is changed and what is new is made. A checkout that goes does so at the end, if
// nothing new is in its way: links lead there until they are changed. An overlay that stays is
// undone and made again if what it stands on goes: the overlay around it, or its place. Units are
// left to add_action() of steps/action.h. Packages are made and never undone: others may have come
// to rely on them.
Plan diff(const Steps& old_steps, const Steps& new_steps);

// The plan that takes `plan` back.
Plan inverse(const Plan& plan);

// Whether `steps` are those after `plan`. Of what was interrupted, and is taken back or not, the
// saved state tells.
bool is_after(const Plan& plan, const Steps& steps);

// True if something on the machine that a unit could read changes: not for a mere CHECKOUT.
bool changes_content(const Plan& plan);

// One line an operation: "RMDIR /etc/x", "SWAP /etc/grafana <new tree> <old tree>".
std::string to_text(const Op& op);
std::string to_text(const Plan& plan);
Op parse_op(std::string_view text);
Plan parse_plan(std::string_view text);

}  // namespace overlayd
