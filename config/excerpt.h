// A line of the file as it may be shown: harmless for a terminal, short, and without credentials.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

// Replaces what may be a credential in a URL by "***". It rather hides too much than too little:
// the text may be broken in any way.
std::string hide_credentials(std::string_view text);

struct Excerpt {
  std::string text;  // empty if nothing of the line can be shown safely
  size_t caret = 0;  // which character of `text` is meant, from 0
};

// `column` counts characters from 1. Long lines are cut around it. From byte `secret` on nothing is
// shown.
Excerpt excerpt(std::string_view line, int column, size_t secret = std::string_view::npos);

}  // namespace overlayd
