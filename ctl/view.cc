#include "ctl/view.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

namespace overlayd::ctl {
namespace {

constexpr size_t narrowest = 20;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::plain:
      return "";
    case Colour::bold:
      return "\033[1m";
    case Colour::dim:
      return "\033[2m";
    case Colour::red:
      return "\033[31m";
    case Colour::green:
      return "\033[32m";
    case Colour::yellow:
      return "\033[33m";
  }
  return "";
}

size_t terminal_width() {
  const std::string_view columns = environment("COLUMNS");
  size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  winsize size{};
  if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  return width == 0 ? 80 : std::max(width, narrowest);
}

}  // namespace

std::string View::paint(Colour colour, std::string_view text) const {
  const std::string_view escape = escape_of(colour);
  if (!colours || escape.empty() || text.empty()) return std::string(text);
  return fmt::format("{}{}\033[0m", escape, text);
}

size_t View::width_after(size_t indent) const {
  if (width == 0) return 0;
  return width > indent + narrowest ? width - indent : narrowest;
}

View view_of_stdout() {
  View view{.now = std::time(nullptr)};
  if (isatty(STDOUT_FILENO) == 0) return view;
  view.width = terminal_width();
  view.colours = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return view;
}

}  // namespace overlayd::ctl
