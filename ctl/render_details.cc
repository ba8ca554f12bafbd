#include <fmt/core.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/table.h"
#include "ctl/times.h"
#include "ctl/width.h"

namespace overlayd::ctl {
namespace {

constexpr size_t label_width = 10;

// Lines with a label on the left: "  Deployed  8bd0e77a  Raise the limit".
class Block {
 public:
  Block(std::string& text, const View& view) : text_(text), view_(view) {}

  // Nothing is added for an empty value.
  void add(std::string_view label, const std::string& value, Colour colour = Colour::plain) {
    if (value.empty()) return;
    constexpr size_t indent = 2 + label_width;
    for (const auto& line : wrap(value, view_.width_after(indent))) {
      text_ += fmt::format("  {}{}\n",
                           view_.paint(Colour::dim, fmt::format("{:{}}", label, label_width)),
                           view_.paint(colour, line));
      label = "";
    }
  }

 private:
  std::string& text_;
  const View& view_;
};

std::string commit_line(const Value& service, const std::string& hash, const std::string& subject,
                        const std::string& after) {
  if (service.at(hash).text().empty()) return "";
  std::string line = short_hash(service, hash);
  if (!service.at(subject).text().empty()) line += "  " + shown(service, subject);
  return line + after;
}

std::string deployed_line(const Value& service, const View& view) {
  std::string after;
  if (!service.at("deployed_author").text().empty())
    after += fmt::format(" ({})", shown(service, "deployed_author"));
  if (const int64_t at = service.at("deployed_at").number(); at > 0)
    after += fmt::format(", live since {} ({})", clock_time(at), relative_time(at, view.now));
  const std::string line = commit_line(service, "deployed", "deployed_subject", after);
  return line.empty() ? "nothing yet" : line;
}

std::string newest_line(const Value& service) {
  const bool same_commit = service.at("deployed").text() == service.at("upstream_commit").text();
  if (same_commit && service.at("in_sync").truth())
    return commit_line(service, "upstream_commit", "", "  the one deployed");
  return commit_line(service, "upstream_commit", "upstream_subject",
                     service.at("in_sync").truth() ? ", the same content for this service" : "");
}

std::string upstream_line(const Value& service, const View& view) {
  const int64_t at = service.at("fetched_at").number();
  return fmt::format("{} ({}), {}", shown(service, "upstream"), shown(service, "branch"),
                     at > 0 ? "answered " + relative_time(at, view.now) : "not fetched yet");
}

std::string state_line(const Value& service, const View& view) {
  const std::string condition = shown(service, "condition");
  std::string line = hold_of(service, view.now);
  if (line.empty()) line = shown(service, "state");
  const std::string doing = doing_of(service, view.now);
  if (condition == "changing") line += "; " + (doing.empty() ? "a change is under way" : doing);
  if (condition == "waiting") line += "; nothing deployed yet";
  return line;
}

std::string content_of(const Value& overlay) {
  if (overlay.has("live") && !overlay.at("live").truth()) return "NOT IN PLACE";
  const std::string tree = short_hash(overlay, "tree");
  return overlay.has("still") ? fmt::format("still {}  {}", shown(overlay, "still"), tree) : tree;
}

std::string overlay_lines(const Value& service) {
  Table table({{""}, {""}, {""}, {""}});
  for (const auto& overlay : service.at("overlays").list()) {
    const std::string kind = shown(overlay, "kind");
    table.add_row({{shown(overlay, "local")},
                   {"← " + shown(overlay, "link")},
                   {kind.empty() ? shown(overlay, "type")
                                 : fmt::format("{} {}", shown(overlay, "type"), kind)},
                   {content_of(overlay)}});
  }
  return std::string(trim(table.render({})));
}

std::string render_service(const Value& service, const View& view) {
  const Cell mark = mark_of(service);
  const Cell unit_state = unit_state_of(service);
  std::string text = fmt::format("{} {}\n", view.paint(mark.colour, mark.text),
                                 view.paint(Colour::bold, shown(service, "name")));
  Block block(text, view);
  block.add("State", state_line(service, view));
  const std::string way = way_to_follow(service);
  if (!way.empty()) block.add("", "→ " + way);
  block.add("Deployed", deployed_line(service, view));
  block.add("Newest", newest_line(service));
  block.add("Upstream", upstream_line(service, view));
  block.add("Unit", fmt::format("{}  {}", shown(service, "unit"), unit_state.text),
            unit_state.colour);
  block.add("Overlays", overlay_lines(service));
  block.add("Note", shown_lines(service, "note"));
  for (const auto& problem : service.at("problems").list()) {
    block.add("Error", shown_lines(problem, "error"), colour_of_problem(service, problem));
    block.add("", retry_of(problem, view.now), Colour::dim);
    block.add("Hint", hint_of(service, problem));
  }
  return text;
}

}  // namespace

std::string render_details(const Value& status, const View& view) {
  std::string text = render_head(status, view);
  for (const auto& service : status.at("services").list())
    text += "\n" + render_service(service, view);
  return text;
}

}  // namespace overlayd::ctl
