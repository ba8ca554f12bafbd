// What is remembered of a service across restarts and reboots: one file each in <state>/state/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/steps/step.h"

namespace overlayd {

struct Commit {
  std::string id;  // full hash; empty: none
  std::string subject;
  std::string author;
  uint64_t time = 0;  // seconds since the epoch

  bool operator==(const Commit&) const = default;
};

// Who asked for a service to stay where it is, and why.
struct Hold {
  std::string by;
  std::string reason;
  uint64_t since = 0;    // seconds since the epoch
  uint64_t until = 0;    // 0: until it is ended by hand
  std::string revision;  // of a pin: what was asked for, as it was typed

  bool operator==(const Hold&) const = default;
};

// One line of `overlayctl log`.
struct LogEntry {
  uint64_t at = 0;
  std::string verb;  // install, forward, rollback, freeze, thaw, configuration, restore, clear
  std::string by;    // a user's name, or "overlayd" for what it did on its own
  std::string reason;
  std::string revision;  // of a rollback, as it was typed
  std::string from;      // commit before
  Commit commit;
  std::string upstream = {};  // that it came from, without secrets; empty: not known
  std::string outcome;        // done, failed
  std::string message;
  // It brought content of another commit, whatever the unit made of that: what @{N} counts.
  bool new_content = false;

  bool operator==(const LogEntry&) const = default;
};

struct ServiceState {
  Commit deployed;           // what is in place; none: nothing is
  Commit former;             // what was, of a service that was taken away; it may come back
  uint64_t deployed_at = 0;  // when its content went live
  std::string upstream;      // that it was deployed from, without secrets, and the branch:
  std::string branch;        // others mean another history
  std::string configured;    // fingerprint of the configuration that `steps` were made for
  Steps steps;               // what is in place on the machine
  std::map<std::string, std::string> links;  // of the checkout: path in the repository -> tree
  std::optional<Hold> frozen;
  std::optional<Hold> pinned;
  std::string failure;  // of the last unit action; empty: it was well
  std::string failure_hint;
  uint64_t failed_at_us = 0;
  bool untold = false;        // something is in place that its unit has not been told of
  std::vector<LogEntry> log;  // oldest first, at most max_log

  bool operator==(const ServiceState&) const = default;
};
constexpr size_t max_log = 200;

// What is deployed, or was when the service was taken away.
const Commit& known_commit(const ServiceState& state);
// Whether that is part of this branch's history.
bool comes_from(const ServiceState& state, const std::string& upstream, const std::string& branch);

// Where that came from: "branch main of https://…".
std::string came_from(const ServiceState& state);

// Nothing of the service is in place any more. What it goes on with should it come back stays:
// where it was, freeze, pin and log.
void take_away(ServiceState& state);
void forget_failure(ServiceState& state);

bool is_held(const ServiceState& state);  // frozen, pinned or both
// following, frozen or pinned.
std::string hold_name(const ServiceState& state);
// "until 2026-03-01 14:20"; empty: it has no end.
std::string end_words(const Hold& hold);
// "frozen by root until 2026-03-01 14:20: trade fair". It must be frozen or pinned.
std::string hold_words(const ServiceState& state);
// The verb that has it follow again: forward or thaw. It must be frozen or pinned.
std::string hold_ends_with(const ServiceState& state);

// TOML, as the file holds it. parse_state throws Error that names `file`.
std::string to_text(const ServiceState& state);
ServiceState parse_state(const std::string& text, const std::string& file);

}  // namespace overlayd
