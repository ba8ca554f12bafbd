#include "config/nesting.h"

#include <algorithm>
#include <string>

namespace overlayd {
namespace {

constexpr int max_depth = 32;
constexpr size_t max_line_bytes = 64 << 10;

// Walks TOML just far enough to tell structure from strings and comments. Where a text is not TOML
// it may lose its way, but not before the place where the real parser gives up.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ >= text_.size(); }
  bool too_deep() const { return brackets_ > max_depth || dots_ > max_depth; }
  Origin origin() const { return {.line = line_, .column = column_}; }

  void step() {
    const char character = text_[position_];
    if (character == '#') return skip_comment();
    if (character == '"' || character == '\'') return skip_string(character);
    if (character == '[' || character == '{') brackets_++;
    if (character == ']' || character == '}') brackets_ = std::max(0, brackets_ - 1);
    if (character == '.') dots_++;
    if (std::string_view("=,\n[]{}").find(character) != std::string_view::npos) dots_ = 0;
    advance();
  }

 private:
  void advance(size_t count = 1) {
    for (; count > 0 && !at_end(); count--) {
      const char character = text_[position_++];
      if (character == '\n') {
        line_++;
        column_ = 1;
      } else if ((static_cast<unsigned char>(character) & 0xc0) != 0x80) {
        column_++;
      }
    }
  }

  bool sees(std::string_view wanted) const {
    return text_.substr(position_, wanted.size()) == wanted;
  }

  void skip_comment() {
    while (!at_end() && text_[position_] != '\n') advance();
  }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool multi_line = sees(triple);
    const std::string end = multi_line ? triple : std::string(1, quote);
    advance(end.size());
    while (!at_end() && !sees(end)) {
      if (!multi_line && text_[position_] == '\n') return;
      const bool escape = quote == '"' && text_[position_] == '\\';
      advance(escape ? 2 : 1);
    }
    advance(end.size());
    // up to two quotes may stand before the three that end a string
    for (int extra = 0; multi_line && extra < 2 && sees(end.substr(0, 1)); extra++) advance();
  }

  std::string_view text_;
  size_t position_ = 0;
  int line_ = 1;
  int column_ = 1;
  int brackets_ = 0;
  int dots_ = 0;
};

bool check_line_lengths(std::string_view text, Diagnostics& diagnostics) {
  int line = 1;
  for (size_t begin = 0; begin < text.size(); line++) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > max_line_bytes) {
      diagnostics.add({.line = line, .column = 1}, "this line is too long");
      return false;
    }
    begin = end + 1;
  }
  return true;
}

}  // namespace

bool check_nesting(std::string_view text, Diagnostics& diagnostics) {
  if (!check_line_lengths(text, diagnostics)) return false;
  Scanner scanner(text);
  while (!scanner.at_end()) {
    const Origin at = scanner.origin();
    scanner.step();
    if (!scanner.too_deep()) continue;
    diagnostics.add(at, "nested too deeply");
    return false;
  }
  return true;
}

}  // namespace overlayd
