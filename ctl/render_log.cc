#include <fmt/core.h>

#include "base/clock.h"
#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/table.h"
#include "ctl/times.h"

namespace overlayd::ctl {
namespace {

// What rollback takes for it; nothing for what brought no other content.
std::string ago_of(const Value& entry) {
  return entry.has("deployment") ? fmt::format("@{{{}}}", entry.at("deployment").number()) : "";
}

std::string subject_of(const Value& entry) {
  const std::string subject = shown(entry, "subject");
  const std::string author = shown(entry, "author");
  return author.empty() ? subject : fmt::format("{} ({})", subject, author);
}

void add_notes(Table& table, const Value& entry) {
  const std::string outcome = shown(entry, "outcome");
  const std::string reason = shown_lines(entry, "reason");
  const std::string message = shown_lines(entry, "message");
  const std::string revision = shown(entry, "revision");
  if (!revision.empty()) table.add_note({"to " + revision, Colour::dim});
  if (!reason.empty()) table.add_note({"reason: " + reason});
  if (outcome == "done" && !message.empty()) table.add_note({message, Colour::dim});
  if (outcome == "done" || outcome.empty()) return;
  table.add_note({message.empty() ? outcome : fmt::format("{}: {}", outcome, message),
                  colour_of_outcome(outcome)});
}

Table wide_table(const List& entries, const View& view) {
  Table table(
      {{""}, {"WHEN"}, {""}, {"VERB"}, {"COMMIT"}, {"REV"}, {"BY", true}, {"SUBJECT", true}});
  for (const auto& entry : entries) {
    const int64_t at = entry.at("at").number();
    table.add_row({mark_of_outcome(entry.at("outcome").text()),
                   {clock_time(at)},
                   {relative_time(at, view.now), Colour::dim},
                   {shown(entry, "verb"), Colour::bold},
                   {short_hash(entry, "commit")},
                   {ago_of(entry)},
                   {shown(entry, "by")},
                   {subject_of(entry)}});
    add_notes(table, entry);
  }
  return table;
}

// What somebody takes over into a command stays whole; all else goes below it.
Table narrow_table(const List& entries, const View& view) {
  Table table({{""}, {"VERB"}, {"COMMIT"}, {"REV"}});
  for (const auto& entry : entries) {
    const int64_t at = entry.at("at").number();
    table.add_row({mark_of_outcome(entry.at("outcome").text()),
                   {shown(entry, "verb"), Colour::bold},
                   {short_hash(entry, "commit")},
                   {ago_of(entry)}});
    table.add_note(
        {fmt::format("{}, {}", clock_time(at), relative_time(at, view.now)), Colour::dim});
    if (!shown(entry, "by").empty()) table.add_note({"by " + shown(entry, "by")});
    if (!subject_of(entry).empty()) table.add_note({subject_of(entry)});
    add_notes(table, entry);
  }
  return table;
}

}  // namespace

std::string render_log(const Value& answer, const View& view) {
  const List& entries = answer.at("entries").list();
  if (entries.empty()) return "nothing was deployed yet\n";
  const Table table = wide_table(entries, view);
  return (table.fits(view) ? table : narrow_table(entries, view)).render(view);
}

}  // namespace overlayd::ctl
