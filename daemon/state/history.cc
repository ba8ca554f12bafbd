#include "daemon/state/history.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"

namespace overlayd {
namespace {

// The deployments are what one goes back to: a freeze each night is not to push them out. Where the
// others are few, the oldest goes, whatever it is.
auto least_wanted(const std::vector<LogEntry>& log) {
  const auto brought_nothing = [](const LogEntry& entry) { return !entry.new_content; };
  const auto others = std::count_if(log.begin(), log.end(), brought_nothing);
  return static_cast<size_t>(others) > max_log / 4
             ? std::find_if(log.begin(), log.end(), brought_nothing)
             : log.begin();
}

}  // namespace

void add_to_log(ServiceState& state, LogEntry entry) {
  const bool nobodys = entry.outcome == "failed" || entry.verb == "restore";
  if (nobodys && !entry.new_content && !state.log.empty()) {
    LogEntry last = state.log.back();
    last.at = entry.at;
    if (last == entry) state.log.pop_back();
  }
  state.log.push_back(std::move(entry));
  if (state.log.size() > max_log) state.log.erase(least_wanted(state.log));
}

void note_in_log(ServiceState& state, const std::string& verb, const std::string& by,
                 const std::string& reason, const std::string& message) {
  add_to_log(state, {.at = now(),
                     .verb = verb,
                     .by = by,
                     .reason = reason,
                     .revision = "",
                     .from = state.deployed.id,
                     .commit = state.deployed,
                     .upstream = state.upstream,
                     .outcome = "done",
                     .message = message});
}

std::vector<std::string> deployed_commits(const ServiceState& state) {
  std::vector<std::string> commits;
  for (auto entry = state.log.rbegin(); entry != state.log.rend(); ++entry)
    if (entry->new_content) commits.push_back(entry->commit.id);
  if (commits.empty()) commits.emplace_back();
  commits.front() = state.deployed.id;
  return commits;
}

const LogEntry* deployment_before(const ServiceState& state) {
  bool is_first = true;
  for (auto entry = state.log.rbegin(); entry != state.log.rend(); ++entry) {
    if (entry->new_content && !is_first) return &*entry;
    is_first = is_first && !entry->new_content;
  }
  return nullptr;
}

List log_of(const ServiceState& state) {
  List list;
  uint64_t deployments = 0;
  for (auto entry = state.log.rbegin(); entry != state.log.rend(); ++entry) {
    Dict dict{{"at", entry->at},
              {"verb", entry->verb},
              {"by", printable(entry->by)},
              {"reason", printable(entry->reason)},
              {"revision", printable(entry->revision)},
              {"from", entry->from},
              {"commit", entry->commit.id},
              {"subject", printable(entry->commit.subject)},
              {"author", printable(entry->commit.author)},
              {"outcome", entry->outcome},
              {"message", printable(entry->message)}};
    if (entry->new_content) dict["deployment"] = deployments++;
    list.emplace_back(std::move(dict));
  }
  return list;
}

}  // namespace overlayd
