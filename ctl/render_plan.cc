#include <fmt/core.h>

#include "base/text.h"
#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/width.h"

namespace overlayd::ctl {
namespace {

std::string fitted(const std::string& text, size_t indent, const View& view) {
  return view.width == 0 ? text : cut_to_width(text, view.width_after(indent));
}

// "MOUNT /etc/grafana 9c1e…  # services.toml:12 …": where it comes from steps back.
std::string render_step(const Value& step, const View& view) {
  const std::string line = fitted(printable(step.text()), 4, view);
  const size_t origin = line.find(" # ");
  if (origin == std::string::npos) return fmt::format("    {}\n", line);
  return fmt::format("    {}{}\n", line.substr(0, origin),
                     view.paint(Colour::dim, line.substr(origin)));
}

Colour colour_of_change(const std::string& status) {
  if (status == "A") return Colour::green;
  return status == "D" ? Colour::red : Colour::yellow;
}

std::string render_file(const Value& file, const View& view) {
  const std::string status = shown(file, "status");
  return fmt::format("    {} {}\n", view.paint(colour_of_change(status), status),
                     fitted(shown(file, "path"), 6, view));
}

std::string heading(const Value& plan, const View& view) {
  const std::string change = change_of(plan, "from", "to");
  const std::string name = shown(plan, "name");
  std::string rest = change.empty() ? "" : "  " + change;
  if (!plan.at("subject").text().empty()) rest += "  " + shown(plan, "subject");
  return view.paint(Colour::bold, name) + fitted(rest, display_width(name), view) + "\n";
}

// Why there is no plan, or what is to be known about it.
std::string render_message(const Value& plan, const View& view) {
  const std::string outcome = shown(plan, "outcome");
  const std::string message = shown_lines(plan, "message");
  const std::string text =
      outcome.empty() || message.empty() ? outcome + message : outcome + ": " + message;
  if (text.empty()) return plan.at("steps").list().empty() ? "  nothing to do\n" : "";
  std::string lines;
  for (const auto& line : wrap(text, view.width_after(2)))
    lines += fmt::format("  {}\n", view.paint(colour_of_outcome(outcome), line));
  const std::string hint = shown_lines(plan, "hint");
  if (hint.empty()) return lines;
  for (const auto& line : wrap("→ " + hint, view.width_after(2)))
    lines += fmt::format("  {}\n", line);
  return lines;
}

// By itself such a service would not do it.
std::string render_hold(const Value& plan, const View& view) {
  std::string lines;
  for (const auto& line : wrap(hold_of(plan, view.now), view.width_after(2)))
    if (!line.empty()) lines += fmt::format("  {}\n", view.paint(Colour::dim, line));
  return lines;
}

std::string render_plan(const Value& plan, const View& view) {
  std::string text = heading(plan, view) + render_hold(plan, view) + render_message(plan, view);
  const List& steps = plan.at("steps").list();
  const List& files = plan.at("files").list();
  if (!steps.empty()) text += "  steps\n";
  for (const auto& step : steps) text += render_step(step, view);
  if (!files.empty()) text += "  files that differ\n";
  for (const auto& file : files) text += render_file(file, view);
  const int64_t more = plan.at("more_files").number();
  if (more > 0) text += fmt::format("    and {} more\n", more);
  return text;
}

}  // namespace

std::string render_plans(const Value& answer, const View& view) {
  std::string text;
  for (const auto& plan : answer.at("plans").list())
    text += (text.empty() ? "" : "\n") + render_plan(plan, view);
  return text.empty() ? "nothing to do\n" : text;
}

}  // namespace overlayd::ctl
