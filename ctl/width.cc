#include "ctl/width.h"

#include <algorithm>
#include <clocale>
#include <cwchar>

#include "base/text.h"

namespace overlayd::ctl {
namespace {

// The C library's tables of character widths, whatever the user's own locale is.
class Utf8Locale {
 public:
  Utf8Locale() : previous_(uselocale(utf8())) {}
  ~Utf8Locale() { uselocale(previous_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  Utf8Locale(Utf8Locale&&) = delete;
  Utf8Locale& operator=(Utf8Locale&&) = delete;

 private:
  static locale_t utf8() {
    static locale_t const locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }

  locale_t previous_;
};

struct Character {
  size_t bytes;
  size_t columns;
};

Character first_character(std::string_view text) {
  wchar_t character = 0;
  std::mbstate_t state{};
  const size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {1, 1};
  const int columns = wcwidth(character);
  return {bytes, columns < 0 ? 1 : static_cast<size_t>(columns)};
}

// Bytes of the longest beginning of `text` that is at most `width` columns wide.
size_t bytes_within(std::string_view text, size_t width) {
  const Utf8Locale locale;
  size_t bytes = 0;
  size_t columns = 0;
  while (bytes < text.size()) {
    const Character next = first_character(text.substr(bytes));
    if (columns + next.columns > width) break;
    columns += next.columns;
    bytes += next.bytes;
  }
  return bytes;
}

// Where to break a line of which `end` bytes fit: at the last space, if there is one.
size_t break_before(std::string_view line, size_t end) {
  const size_t space = line.rfind(' ', end);
  const bool leads = line.find_first_not_of(' ') > space;
  return space == std::string_view::npos || leads ? end : space;
}

void wrap_line(std::string_view line, size_t width, std::vector<std::string>& lines) {
  while (display_width(line) > width) {
    const size_t end = break_before(line, bytes_within(line, width));
    if (end == 0) break;
    const std::string_view first = line.substr(0, end);
    lines.emplace_back(first.substr(0, first.find_last_not_of(' ') + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ', end)));
  }
  lines.emplace_back(line);
}

}  // namespace

size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  size_t columns = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to_width(std::string_view text, size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  return std::string(text.substr(0, bytes_within(text, width - 1))) + "…";
}

std::vector<std::string> wrap(std::string_view text, size_t width) {
  if (width == 0) return split(text, '\n');
  std::vector<std::string> lines;
  for (const auto& line : split(text, '\n')) wrap_line(line, width, lines);
  return lines;
}

}  // namespace overlayd::ctl
