#include "daemon/service/upkeep.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "daemon/service/restore.h"

namespace overlayd {
namespace {

// What goes away again sooner than this, and more often in a row, is taken away by something that
// goes on doing so: not by who unmounts it twice, or by a package that replaces two files.
constexpr uint64_t calm_seconds = 10;
constexpr unsigned most_in_a_row = 3;

}  // namespace

bool Upkeep::all_in_place() const {
  return missing(record_.state().steps, workshop_.inventory.machine(record_.service())).empty();
}

Upkeep::Outcome Upkeep::put_back() {
  if (all_in_place()) return Outcome::nothing_missing;
  in_a_row_ = now() < put_back_at_ + calm_seconds ? in_a_row_ + 1 : 1;
  put_back_at_ = now();
  missing_for_ = restore({.state = record_.state(), .open = record_.open(), .unreadable = ""});
  if (!missing_for_.empty()) return Outcome::missing;
  return in_a_row_ > most_in_a_row ? Outcome::back_again : Outcome::back;
}

bool Upkeep::in_vain() const { return !missing_for_.empty() || in_a_row_ > most_in_a_row; }

void Upkeep::watch_until(uint64_t until) { put_back_at_ = std::max(put_back_at_, until); }

bool Upkeep::recall() {
  if (record_.unreadable().empty()) return true;
  Remembered remembered = workshop_.store.load(record_.service());
  if (remembered.unreadable.empty())
    restore(std::move(remembered));
  else
    record_.recall(std::move(remembered));
  return record_.unreadable().empty();
}

// Returns what is wrong; empty if nothing is.
std::string Upkeep::restore(Remembered remembered) {
  Memory memory{{record_.service(), std::move(remembered)}};
  const Restored restored =
      overlayd::restore(workshop_.store, workshop_.trees, workshop_.inventory, memory);
  record_.recall(std::move(memory[record_.service()]));
  return restored.errors.empty() ? "" : restored.errors.begin()->second;
}

}  // namespace overlayd
