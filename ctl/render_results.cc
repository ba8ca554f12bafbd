#include <fmt/core.h>

#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/table.h"

namespace overlayd::ctl {
namespace {

void add_result(Table& table, const Value& result, const View& view) {
  const std::string outcome = result.at("outcome").text();
  const bool freezes = outcome == "done" && result.at("state").text() == "frozen";
  table.add_row({mark_of_outcome(outcome),
                 {shown(result, "name"), Colour::bold},
                 {shown(result, "outcome")},
                 {change_of(result, "from", "to")},
                 {shown(result, "subject")}});
  const std::string message = shown_lines(result, "message");
  const std::string hint = shown_lines(result, "hint");
  if (freezes) table.add_note({hold_of(result, view.now)});
  if (!message.empty()) table.add_note({message, colour_of_outcome(outcome)});
  if (!hint.empty()) table.add_note({"→ " + hint});
}

}  // namespace

std::string render_results(const Value& answer, const View& view) {
  Table table({{"", false}, {"", true}, {"", false}, {"", false}, {"", true}});
  const List& results = answer.at("results").list();
  for (const auto& result : results) add_result(table, result, view);
  return results.empty() ? "no service to act on\n" : table.render(view);
}

}  // namespace overlayd::ctl
