#include <fmt/core.h>

#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/width.h"

namespace overlayd::ctl {

std::string render_reload(const Value& answer, const View& view) {
  std::string config = shown(answer, "config");
  if (config.empty()) config = "services.toml";
  if (answer.at("config_error").text().empty()) {
    std::string text = fmt::format("{} is in force\n", config);
    const std::string gone = shown_list(answer, "taken_away");
    if (!gone.empty())
      text += fmt::format("  {}\n", view.paint(Colour::yellow, "taken away: " + gone));
    return text;
  }
  std::string text =
      view.paint(Colour::red, config + " was refused; the one before it is in force:");
  for (const auto& line : wrap(shown_lines(answer, "config_error"), view.width_after(2)))
    text += "\n  " + line;
  return text + "\n";
}

}  // namespace overlayd::ctl
