#include "daemon/service/change.h"

#include <array>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/state/history.h"
#include "daemon/steps/action.h"
#include "daemon/steps/apply.h"
#include "daemon/steps/checkout.h"
#include "daemon/steps/target.h"

namespace overlayd {
namespace {

std::string short_id(const std::string& commit) {
  return commit.empty() ? "nothing" : commit.substr(0, 8);
}

std::string way(const std::string& from, const std::string& to) {
  if (from == to) return "of " + short_id(to);
  return fmt::format("from {} to {}", short_id(from), short_id(to));
}

ChangeResult failure(const std::exception& error) {
  return {.outcome = Outcome::failed, .message = error.what(), .hint = hint_of(error)};
}

std::string in_place_words(const Commit& commit) {
  if (commit.id.empty()) return "its files were taken away";
  return fmt::format("the files of {} are in place", short_id(commit.id));
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  constexpr std::array<std::string_view, 5> names{"done", "unchanged", "skipped", "failed",
                                                  "refused"};
  return names.at(static_cast<size_t>(outcome));
}

Change::Change(Workshop& workshop, const ServiceConfig& config, Record& record, Activity& activity)
    : workshop_(workshop), config_(config), record_(record), telling_(workshop.units, activity) {}

void Change::begin(const ChangeOrder& order, Done done) {
  order_ = order;
  order_.act_anyway = order.act_anyway || record_.state().untold;
  done_ = std::move(done);
  from_ = record_.state().deployed.id;
}

void Change::run(const WishResult& content, const ChangeOrder& order, Done done) {
  begin(order, std::move(done));
  commit_ = content.commit;
  if (from_.empty()) order_.verb = "install";
  Proposal proposal;
  try {
    take_back_what_is_open();
    proposal = propose(workshop_, config_, record_.state(), content, order_.act_anyway);
    make_checkout(config_.checkout, checkout_name(commit_.id, proposal.links),
                  workshop_.trees.paths(proposal.links));
    publish(proposal);
  } catch (const std::exception& error) {
    write_down("failed", error.what());
    record_.save(Durability::lazy);
    return finish(failure(error));
  }
  tell(proposal.plan, false);
}

void Change::remove(const ChangeOrder& order, Done done) {
  begin(order, std::move(done));
  const Plan plan = plan_of_removal(record_.state().steps);
  try {
    take_back_what_is_open();
    publish({.steps = {}, .plan = plan, .links = {}});
  } catch (const std::exception& error) {
    return finish(failure(error));
  }
  tell(plan, true);
}

void Change::tell_unit(const ChangeOrder& order, Done done) {
  begin(order, std::move(done));
  try {
    take_back_what_is_open();
  } catch (const std::exception& error) {
    return finish(failure(error));
  }
  commit_ = record_.state().deployed;
  tell(plan_of_removal(record_.state().steps), true);  // which has all of it
}

// A change before this one failed, and could not be taken back then; or only its journal is left.
void Change::take_back_what_is_open() {
  if (!record_.open()) return;
  if (!is_after(*record_.open(), record_.state().steps))
    take_back(*record_.open(), workshop_.inventory.machine(config_.name));
  record_.seal();
}

// A plan that only moves the recorded commit needs no journal: the old and the new state differ in
// nothing that anybody reads.
void Change::publish(const Proposal& proposal) {
  const bool content = changes_content(proposal.plan);
  Staged staged(without_action(proposal.plan), workshop_.inventory.machine(config_.name));
  if (content) record_.begin(proposal.plan);
  try {
    staged.publish();
  } catch (const HalfDone&) {
    throw;  // the journal says what is left to take back
  } catch (...) {
    record_.seal();
    throw;
  }
  deployed(proposal, content);
  for (const auto& other : workshop_.inventory.disturbed(config_.name, proposal.plan))
    workshop_.disturbed(other);
}

void Change::deployed(const Proposal& proposal, bool content) {
  ServiceState& state = record_.state();
  new_content_ = content && !commit_.id.empty() && known_commit(state).id != commit_.id;
  if (commit_.id.empty())
    take_away(state);
  else
    put_down(proposal, content);
  note_ = hold_or_follow(content);
  workshop_.inventory.set(config_.name, state.steps);
  if (content || !note_.empty()) write_down("done", note_);
  const bool matters = content || order_.hold != ChangeOrder::Hold::stays;
  record_.save(matters ? Durability::now : Durability::lazy);
}

// What failed with another unit is nothing of this one.
void Change::put_down(const Proposal& proposal, bool content) {
  ServiceState& state = record_.state();
  if (unit_of(state.steps) != unit_of(proposal.steps)) forget_failure(state);
  state.steps = proposal.steps;
  state.links = proposal.links;
  state.former = {};
  state.deployed = commit_;
  state.upstream = config_.upstream;
  state.branch = config_.branch;
  state.configured = fingerprint(config_);
  if (content) state.deployed_at = now();
}

// Returns what is to be said about that.
std::string Change::hold_or_follow(bool content) {
  if (order_.hold == ChangeOrder::Hold::stays) return "";
  ServiceState& state = record_.state();
  const bool held = state.frozen || state.pinned;
  const std::string frozen = state.frozen ? "; it was " + hold_words(state) : "";
  state.frozen.reset();
  state.pinned.reset();
  if (order_.hold == ChangeOrder::Hold::ends)
    return held ? "follows branch " + config_.branch + " again" : "";
  state.pinned = Hold{.by = order_.by,
                      .reason = order_.reason,
                      .since = now(),
                      .until = 0,
                      .revision = order_.revision};
  if (!content) return "pinned now, with the same content" + frozen;
  return frozen.empty() ? "" : "pinned now" + frozen;
}

// The journal stays until all have been told: a start after a crash tells them again.
void Change::tell(const Plan& plan, bool gently) {
  const Op* action = find_action(plan);
  const auto unit = action == nullptr ? std::nullopt : std::optional(action->step);
  const bool unit_files =
      touches_unit_files(plan) ||
      (order_.act_anyway && touches_unit_files(plan_of_removal(record_.state().steps)));
  if (!unit && !unit_files) return end_without_action(changes_content(plan));
  telling_.tell(unit_files, unit, gently,
                [this, gently](const UnitOutcome& outcome) { told(outcome, gently); });
}

// That nothing was done gently to a unit that does not run tells nothing of how it is.
void Change::told(const UnitOutcome& outcome, bool gently) {
  record_.state().untold = false;
  if (!outcome.ok || !gently) {
    record_.state().failure = outcome.text;
    record_.state().failure_hint = outcome.ok ? "" : advice(outcome, config_, record_.state());
    record_.state().failed_at_us = outcome.ok ? 0 : now_us();
  }
  write_down(outcome.ok ? "done" : "failed", outcome.ok ? note_ : outcome.text);
  record_.save(Durability::lazy);
  record_.seal();
  if (outcome.ok)
    return finish({.outcome = Outcome::done, .message = note_, .hint = "", .in_place = true});
  finish({.outcome = Outcome::failed,
          .message = in_place_words(commit_) + ", but: " + outcome.text,
          .hint = advice(outcome, config_, record_.state()),
          .in_place = true});
}

// That only the recorded commit moves is not worth a line in the log; that somebody holds the
// service there, or lets it go, is.
void Change::end_without_action(bool content) {
  const bool changed = content || !note_.empty();
  if (changed && !written_down_) {
    write_down("done", note_);
    record_.save(Durability::lazy);
  }
  record_.seal();
  finish({.outcome = changed ? Outcome::done : Outcome::unchanged,
          .message = note_,
          .hint = "",
          .in_place = true});
}

// In the log: with the content itself, so that no restart forgets that it was live, and again when
// it is known what the unit made of it.
void Change::write_down(const std::string& outcome, const std::string& message) {
  ServiceState& state = record_.state();
  if (std::exchange(written_down_, true)) state.log.pop_back();
  add_to_log(state, {.at = now(),
                     .verb = order_.verb,
                     .by = order_.by,
                     .reason = order_.reason,
                     .revision = order_.revision,
                     .from = from_,
                     .commit = commit_,
                     .upstream = config_.upstream,
                     .outcome = outcome,
                     .message = message,
                     .new_content = new_content_});
}

void Change::finish(const ChangeResult& result) {
  const bool failed = result.outcome == Outcome::failed;
  if (result.outcome != Outcome::unchanged)
    log_line(failed ? LOG_ERR : LOG_INFO,
             fmt::format("{}: {} {} by {}{}{}", config_.name, order_.verb, way(from_, commit_.id),
                         order_.by,
                         failed                   ? " failed: "
                         : result.message.empty() ? ""
                                                  : ": ",
                         printable(result.message)),
             {"OVERLAYD_SERVICE=" + config_.name, "OVERLAYD_COMMIT=" + commit_.id,
              "OVERLAYD_VERB=" + order_.verb});
  const Done done = std::move(done_);
  done(result);
}

}  // namespace overlayd
