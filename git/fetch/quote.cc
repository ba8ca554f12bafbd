#include "git/fetch/quote.h"

#include <string_view>

namespace overlayd::git {
namespace {

// `text` in double quotes, with a backslash in front of each of `special`.
std::string quoted(const std::string& text, std::string_view special) {
  std::string result = "\"";
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string config_quoted(const std::string& text) { return quoted(text, "\\\""); }

std::string ssh_quoted(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '%' ? std::string("%%") : std::string(1, c);
  return quoted(escaped, "\\\"");
}

}  // namespace overlayd::git
