#include "daemon/state/state.h"

#include <sstream>

#include <toml++/toml.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

namespace overlayd {
namespace {

// Of what the file looks like; what is only added needs no new one.
constexpr int64_t version = 1;

// Text from outside may hold any bytes; a TOML string may not.
std::string clean(const std::string& text) { return printable(text, 4000, true); }

toml::table to_table(const Commit& commit) {
  return toml::table{{"id", commit.id},
                     {"subject", clean(commit.subject)},
                     {"author", clean(commit.author)},
                     {"time", static_cast<int64_t>(commit.time)}};
}

toml::table to_table(const Hold& hold) {
  return toml::table{{"by", clean(hold.by)},
                     {"reason", clean(hold.reason)},
                     {"since", static_cast<int64_t>(hold.since)},
                     {"until", static_cast<int64_t>(hold.until)},
                     {"revision", clean(hold.revision)}};
}

toml::table to_table(const LogEntry& entry) {
  return toml::table{{"at", static_cast<int64_t>(entry.at)},
                     {"verb", entry.verb},
                     {"by", clean(entry.by)},
                     {"reason", clean(entry.reason)},
                     {"revision", clean(entry.revision)},
                     {"from", entry.from},
                     {"commit", to_table(entry.commit)},
                     {"upstream", entry.upstream},
                     {"outcome", entry.outcome},
                     {"message", clean(entry.message)},
                     {"new_content", entry.new_content}};
}

// Missing members read as empty: an older version did not know them.
using View = toml::node_view<const toml::node>;
std::string text_of(const View& node) { return node.value_or(std::string()); }
uint64_t number_of(const View& node) { return static_cast<uint64_t>(node.value_or(int64_t{0})); }

Commit commit_of(const View& node) {
  return {.id = text_of(node["id"]),
          .subject = text_of(node["subject"]),
          .author = text_of(node["author"]),
          .time = number_of(node["time"])};
}

std::optional<Hold> hold_of(const View& node) {
  if (!node.is_table()) return std::nullopt;
  return Hold{.by = text_of(node["by"]),
              .reason = text_of(node["reason"]),
              .since = number_of(node["since"]),
              .until = number_of(node["until"]),
              .revision = text_of(node["revision"])};
}

LogEntry log_entry_of(const View& node) {
  const bool moved = text_of(node["from"]) != text_of(node["commit"]["id"]);
  return {.at = number_of(node["at"]),
          .verb = text_of(node["verb"]),
          .by = text_of(node["by"]),
          .reason = text_of(node["reason"]),
          .revision = text_of(node["revision"]),
          .from = text_of(node["from"]),
          .commit = commit_of(node["commit"]),
          .upstream = text_of(node["upstream"]),
          .outcome = text_of(node["outcome"]),
          .message = text_of(node["message"]),
          .new_content = node["new_content"].value_or(moved && node["live"].value_or(true))};
}

ServiceState state_of(const toml::table& table) {
  const View root{table};
  ServiceState state;
  state.deployed = commit_of(root["deployed"]);
  state.former = commit_of(root["former"]);
  state.deployed_at = number_of(root["deployed_at"]);
  state.upstream = text_of(root["upstream"]);
  state.branch = text_of(root["branch"]);
  state.configured = text_of(root["configured"]);
  state.steps = parse_steps(text_of(root["steps"]));
  if (const toml::table* links = root["links"].as_table())
    for (const auto& [link, tree] : *links)
      state.links[std::string(link.str())] = tree.value_or(std::string());
  state.frozen = hold_of(root["frozen"]);
  state.pinned = hold_of(root["pinned"]);
  state.failure = text_of(root["failure"]);
  state.failure_hint = text_of(root["failure_hint"]);
  state.failed_at_us = number_of(root["failed_at_us"]);
  state.untold = root["untold"].value_or(false);
  if (const toml::array* log = root["log"].as_array())
    for (const auto& entry : *log) state.log.push_back(log_entry_of(View{entry}));
  return state;
}

}  // namespace

const Commit& known_commit(const ServiceState& state) {
  return state.deployed.id.empty() ? state.former : state.deployed;
}

bool comes_from(const ServiceState& state, const std::string& upstream, const std::string& branch) {
  return state.upstream == upstream && state.branch == branch;
}

std::string came_from(const ServiceState& state) {
  return fmt::format("branch {} of {}", state.branch, state.upstream);
}

void take_away(ServiceState& state) {
  state.former = known_commit(state);
  state.deployed = {};
  state.deployed_at = 0;
  state.configured.clear();
  state.steps.clear();
  state.links.clear();
  forget_failure(state);
}

void forget_failure(ServiceState& state) {
  state.failure.clear();
  state.failure_hint.clear();
  state.failed_at_us = 0;
}

bool is_held(const ServiceState& state) { return state.frozen || state.pinned; }

std::string hold_name(const ServiceState& state) {
  return state.frozen ? "frozen" : state.pinned ? "pinned" : "following";
}

std::string end_words(const Hold& hold) {
  return hold.until == 0 ? "" : "until " + clock_time(static_cast<int64_t>(hold.until));
}

std::string hold_words(const ServiceState& state) {
  const Hold& hold = state.frozen ? *state.frozen : *state.pinned;
  return fmt::format("{} by {}{}{}{}{}", hold_name(state), hold.by, hold.until == 0 ? "" : " ",
                     end_words(hold), hold.reason.empty() ? "" : ": ", hold.reason);
}

std::string hold_ends_with(const ServiceState& state) { return state.pinned ? "forward" : "thaw"; }

std::string to_text(const ServiceState& state) {
  toml::array log;
  for (const auto& entry : state.log) log.push_back(to_table(entry));
  toml::table links;
  for (const auto& [link, tree] : state.links) links.insert(link, tree);
  toml::table table{{"version", version},
                    {"deployed", to_table(state.deployed)},
                    {"former", to_table(state.former)},
                    {"deployed_at", static_cast<int64_t>(state.deployed_at)},
                    {"upstream", state.upstream},
                    {"branch", state.branch},
                    {"configured", state.configured},
                    {"steps", to_text(state.steps)},
                    {"links", links},
                    {"failure", clean(state.failure)},
                    {"failure_hint", clean(state.failure_hint)},
                    {"failed_at_us", static_cast<int64_t>(state.failed_at_us)},
                    {"untold", state.untold},
                    {"log", log}};
  if (state.frozen) table.insert("frozen", to_table(*state.frozen));
  if (state.pinned) table.insert("pinned", to_table(*state.pinned));
  std::ostringstream text;
  // only quoted strings with escapes: toml++ 3.3 breaks a literal one that ends in quotes
  text << toml::toml_formatter(table, toml::format_flags::none) << "\n";
  return text.str();
}

ServiceState parse_state(const std::string& text, const std::string& file) {
  try {
    const toml::table table = toml::parse(text, file);
    if (table["version"].value<int64_t>() != version)
      throw Error::of("cannot read the state file {}: it is empty or of another version than {}",
                      file, version);
    return state_of(table);
  } catch (const toml::parse_error& error) {
    throw Error::of("cannot read the state file {}: line {}: {}", file, error.source().begin.line,
                    error.description());
  }
}

}  // namespace overlayd
