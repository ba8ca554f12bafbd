// How an answer is to be shown: the clock, the width and the colours of where it goes to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace overlayd::ctl {

enum class Colour { plain, bold, dim, red, green, yellow };

struct View {
  int64_t now = 0;   // seconds since the epoch
  size_t width = 0;  // columns; 0: nothing is cut or wrapped
  bool colours = false;

  std::string paint(Colour colour, std::string_view text) const;
  // Columns left beside an indentation; 0 stays 0.
  size_t width_after(size_t indent) const;
};

// Colours and a width only if stdout is a terminal. NO_COLOR, TERM=dumb and COLUMNS are honoured.
View view_of_stdout();

}  // namespace overlayd::ctl
