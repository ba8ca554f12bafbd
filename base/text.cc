#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>

namespace overlayd {
namespace {

// Length in bytes of the valid UTF-8 sequence at the start of `text`, 0 if there is none.
size_t utf8_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; i++)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
  // overlong forms, surrogates, and beyond U+10FFFF
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90))
    return 0;
  return length;
}

bool is_control_character(unsigned char c) { return c < 0x20 || c == 0x7f; }

// C0 and C1 controls, and the bidirectional overrides that make text read other than it is.
bool is_harmful(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return is_control_character(first);
  if (character.size() == 2)
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  // U+202A to U+202E and U+2066 to U+2069
  return character.size() == 3 && first == 0xe2 &&
         ((second == 0x80 && third >= 0xaa && third <= 0xae) ||
          (second == 0x81 && third >= 0xa6 && third <= 0xa9));
}

// Optimal string alignment distance.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> previous(b.size() + 1);
  std::vector<size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), 0);
  for (size_t i = 1; i <= a.size(); i++) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1,
                             previous[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

struct Unit {
  std::string_view name;
  int64_t seconds;
};
constexpr std::array<Unit, 6> units{
    {{"y", 31'557'600}, {"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}};

// Years are shown and not typed: who types one means a date.
const Unit* typed_unit(std::string_view name) {
  const auto* unit = std::find_if(units.begin() + 1, units.end(),
                                  [&](const Unit& candidate) { return candidate.name == name; });
  return unit == units.end() ? nullptr : unit;
}

}  // namespace

std::string printable(std::string_view text, size_t max_bytes, bool keep_lines) {
  std::string result;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    std::string_view character = length == 0 ? "?" : text.substr(0, length);
    if (character == "\t") character = " ";
    if (is_harmful(character) && !(keep_lines && character == "\n")) character = "?";
    if (result.size() + character.size() > max_bytes) return result + "…";
    result += character;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const size_t start = text.find_first_not_of(space);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(space) - start + 1);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control_character);
}

bool is_ref_name(std::string_view name) {
  constexpr size_t max_length = 1000;
  if (name.empty() || name.size() > max_length || name == "@" || name.starts_with('-'))
    return false;
  if (name.find("..") != name.npos || name.find("@{") != name.npos || name.ends_with('.'))
    return false;
  for (const auto& part : split(name, '/'))
    if (part.empty() || part.starts_with('.') || part.ends_with(".lock")) return false;
  return !has_control_character(name) && name.find_first_of(" ~^:?*[\\") == name.npos;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string result;
  for (const auto& part : parts) {
    if (&part != parts.data()) result += separator;
    result += part;
  }
  return result;
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  // a third of the letters may be wrong, and one always may; nothing long is worth comparing
  size_t limit = std::max<size_t>(1, word.size() / 3) + 1;
  if (word.size() > 100) return best;
  for (const auto& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < limit && distance < candidate.size()) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto match = nearest(word, candidates);
  return match ? fmt::format(" (did you mean '{}'?)", printable(*match)) : "";
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr int64_t longest = longest_duration.count();
  text = trim(text);
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) number = longest + 1;
    if (error == std::errc::invalid_argument || text.starts_with('-')) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.empty()) return std::nullopt;  // of what? Nobody who types 2 means two seconds
    const Unit* unit = typed_unit(text.substr(0, 1));
    if (unit == nullptr) return std::nullopt;
    text.remove_prefix(1);
    total += std::min(number, longest / unit->seconds + 1) * unit->seconds;
    total = std::min(total, longest + 1);
    text = trim(text);
  }
  return total > longest ? std::chrono::seconds::max() : std::chrono::seconds(total);
}

std::string format_duration(std::chrono::seconds duration) {
  int64_t rest = std::max<int64_t>(0, duration.count());
  std::string result;
  for (const auto& unit : units) {
    const int64_t count = rest / unit.seconds;
    rest %= unit.seconds;
    if (count == 0) {
      if (!result.empty()) break;
      continue;
    }
    if (!result.empty()) return fmt::format("{} {}{}", result, count, unit.name);
    result = fmt::format("{}{}", count, unit.name);
  }
  return result.empty() ? "0s" : result;
}

}  // namespace overlayd
