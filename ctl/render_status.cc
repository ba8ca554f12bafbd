#include <fmt/core.h>

#include "base/text.h"
#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/table.h"
#include "ctl/times.h"
#include "ctl/width.h"

namespace overlayd::ctl {
namespace {

std::string unit_in_list(const Value& service) {
  std::string unit = shown(service, "unit");
  constexpr std::string_view usual = ".service";
  if (unit.ends_with(usual)) unit.resize(unit.size() - usual.size());
  const std::string state = unit_state_of(service).text;
  return state.empty() ? unit : fmt::format("{} {}", unit, state);
}

// What is wrong with an upstream is said below, once.
void add_problems(Table& table, const Value& service, const View& view) {
  for (const auto& problem : service.at("problems").list()) {
    if (problem.at("of").text() == "upstream") continue;
    const std::string when = retry_of(problem, view.now);
    table.add_note({shown_lines(problem, "error"), colour_of_problem(service, problem)});
    if (!when.empty()) table.add_note({when, Colour::dim});
    table.add_note({"→ " + hint_of(service, problem)});
  }
}

void add_hold(Table& table, const Value& service, const View& view) {
  const std::string hold = hold_of(service, view.now);
  if (!hold.empty()) table.add_note({hold, Colour::dim});
  const std::string way = way_to_follow(service);
  if (!way.empty()) table.add_note({"→ " + way});
}

void add_unit_note(Table& table, const Value& service) {
  if (lacks_unit(service))
    table.add_note({fmt::format("→ {} is {}: overlayctl status {}", shown(service, "unit"),
                                shown(service, "unit_state"), shown(service, "name"))});
}

void add_service(Table& table, const Value& service, const View& view) {
  const int64_t since = service.at("deployed_at").number();
  table.add_row({mark_of(service),
                 {shown(service, "name"), Colour::bold},
                 state_of(service),
                 {short_hash(service, "deployed")},
                 {short_hash(service, "upstream_commit")},
                 {since > 0 ? relative_time(since, view.now) : "-"},
                 {unit_in_list(service), unit_state_of(service).colour}});
  const std::string doing = doing_of(service, view.now);
  if (!doing.empty()) table.add_note({doing, Colour::dim});
  add_problems(table, service, view);
  if (service.at("problems").list().empty()) add_unit_note(table, service);
  add_hold(table, service, view);
}

std::string swap_in_words(const std::string& swap) {
  if (swap == "beneath") return "atomic swap";
  if (swap == "propagated") return "atomic swap by propagation (Linux before 6.5)";
  return printable(swap);
}

// What is wrong with services.toml begins at the margin; lines that show where are indented. Who
// wants to know how services are has to see them too: only the first are shown.
std::string first_mistakes(const std::string& text, const View& view) {
  constexpr size_t most = 3;
  size_t count = 0;
  std::string shown;
  for (const auto& line : split(text, '\n')) {
    if (!line.empty() && !line.starts_with(' ')) count++;
    if (count > most) continue;
    for (const auto& part : wrap(line, view.width_after(2))) shown += "  " + part + "\n";
  }
  if (count > most) shown += fmt::format("  and {} more\n", count - most);
  return shown;
}

// Nobody is asked about these: an address may not be up yet.
std::string render_kept(const Value& status, const View& view) {
  const std::string kept = shown_list(status, "kept");
  if (kept.empty()) return "";
  return fmt::format(
      "\n{}\n  → back as soon as this machine is meant again: overlayd check; or "
      "let go of it: overlayctl reload\n",
      view.paint(Colour::yellow, "in place, though for other machines: " + kept));
}

}  // namespace

std::string render_head(const Value& status, const View& view) {
  std::string line = fmt::format("{}: overlayd {}, {}", shown(status, "host"),
                                 shown(status, "version"), shown(status, "config"));
  if (status.has("swap")) line += ", " + swap_in_words(status.at("swap").text());
  if (view.width > 0) line = cut_to_width(line, view.width);
  std::string text = view.paint(Colour::dim, line) + "\n";
  if (status.at("config_error").text().empty()) return text;

  text += view.paint(Colour::red, fmt::format("{} was refused; the one before it is in force:",
                                              shown(status, "config"))) +
          "\n";
  return text + first_mistakes(shown_lines(status, "config_error"), view) +
         "  → mend it, then: overlayd check && overlayctl reload\n";
}

std::string render_status(const Value& status, const View& view) {
  Table table({{"", false},
               {"NAME", true},
               {"STATE", false},
               {"DEPLOYED", false},
               {"UPSTREAM", false},
               {"SINCE", false},
               {"UNIT", true}});
  const List& services = status.at("services").list();
  for (const auto& service : services) add_service(table, service, view);
  std::string text = render_head(status, view);
  if (services.empty())
    text += fmt::format("no service in {} is for this machine\n  → why: overlayd check\n",
                        shown(status, "config"));
  else
    text += table.render(view) + render_upstreams(services, view);
  return text + render_kept(status, view);
}

}  // namespace overlayd::ctl
