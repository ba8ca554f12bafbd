// Columns on a terminal. Everything here takes valid UTF-8 without control characters, which is
// what printable() makes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd::ctl {

// Columns that `text` takes: 2 for a CJK character or an emoji, 0 for a combining accent.
size_t display_width(std::string_view text);

// `text` if it is at most `width` columns wide, else its beginning with "…", `width` at most.
std::string cut_to_width(std::string_view text, size_t width);

// Lines of at most `width` columns, broken between words, inside one only if it is longer than a
// line; line ends of `text` are kept. `width` 0 breaks at the line ends alone.
std::vector<std::string> wrap(std::string_view text, size_t width);

}  // namespace overlayd::ctl
