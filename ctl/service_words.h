// What the members of an answer are called in front of people.
//
// Every text that comes out of here is printable: it may come from a commit, a server or a unit.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "ctl/table.h"

namespace overlayd::ctl {

// The texts of a list, with commas.
std::string shown_list(const Value& dict, const std::string& key);

// The text member `key`, harmless, on one line.
std::string shown(const Value& dict, const std::string& key);
// The same with its line ends.
std::string shown_lines(const Value& dict, const std::string& key);

// "8bd0e77a", or "-" if there is no commit.
std::string short_hash(const Value& dict, const std::string& key);
// "8bd0e77a → 91ab02cd"; one of them if the other is missing or the same; "" for none.
std::string change_of(const Value& dict, const std::string& from_key, const std::string& to_key);

// One sign for how a service stands: ✓ in sync, ≠ the upstream has other content, ✗ failed, its
// unit too, or not in place, ! the upstream is away or there is no such unit, which did no harm
// yet, … changing, · nothing deployed, or the upstream not seen yet.
Cell mark_of(const Value& service);
// Whether systemd has no unit of that name, or must not start it.
bool lacks_unit(const Value& service);
// ✓ done, ✗ failed, ! refused, - nothing changed.
Cell mark_of_outcome(const std::string& outcome);
// Of what is said about it: failures and refusals stand out.
Colour colour_of_outcome(const std::string& outcome);

// The upstream has other content for it; not if that is not known.
bool is_behind(const Value& service);

// "following", "frozen, failed".
Cell state_of(const Value& service);
Cell unit_state_of(const Value& service);

// "frozen by root 3h ago, until 2026-03-01 14:20 (in 1h 20m): release week", "pinned by root 5m ago
// (rollback HEAD~1)"; "" if it follows.
std::string hold_of(const Value& service, int64_t now);
// What ends that, once it matters: the upstream has moved on. Else "".
std::string way_to_follow(const Value& service);
// "fetching from https://…, since 5s ago"; "" if nothing is under way.
std::string doing_of(const Value& service, int64_t now);
// Below, `problem` is one of the service's problems.

// What is wrong with its upstream, and so with all that follow that; null if nothing is.
const Value* problem_of_upstream(const Value& service);
// Whether that alone is why it has nothing yet.
bool waits_for_upstream(const Value& service);
Colour colour_of_problem(const Value& service, const Value& problem);
// "since 5m ago, next try in 2m"; "" if neither is known.
std::string retry_of(const Value& problem, int64_t now);
// What to do about it: the daemon's own hint, or the command that helps.
std::string hint_of(const Value& service, const Value& problem);

}  // namespace overlayd::ctl
