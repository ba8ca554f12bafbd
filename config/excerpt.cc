#include "config/excerpt.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace overlayd {
namespace {

constexpr size_t shown_before = 80;  // characters left and right of the caret
constexpr size_t shown_after = 80;
constexpr std::string_view cut = "…";
constexpr std::string_view hidden = "***";

struct Span {
  size_t begin;
  size_t end;
};

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

size_t byte_of_character(std::string_view text, size_t index) {
  for (size_t i = 0; i < text.size(); i++)
    if (starts_character(text[i]) && index-- == 0) return i;
  return text.size();
}

bool is_port_or_nothing(std::string_view text) {
  const auto end = text.find_first_of("/?#\"' \t");
  const auto port = text.substr(0, end);
  return port.find_first_not_of("0123456789") == std::string_view::npos;
}

// In "scheme://user:password@host" the part before the last '@'; where that is missing, whatever
// follows a colon and is not a port.
std::optional<Span> credential_after_scheme(std::string_view text, size_t scheme_end) {
  const size_t begin = scheme_end + 3;
  const size_t at = text.rfind('@');
  const size_t colon = text.find(':', begin);
  if (at != std::string_view::npos && at >= begin) {
    const bool user_only = text.substr(0, scheme_end).ends_with("ssh") && colon > at;
    return user_only ? std::nullopt : std::optional(Span{begin, at});
  }
  if (colon == std::string_view::npos || is_port_or_nothing(text.substr(colon + 1)))
    return std::nullopt;
  return Span{colon + 1, text.size()};
}

// "https:/user:password@host": anything in it may be the password.
std::optional<Span> credential_in_broken_url(std::string_view text) {
  for (const std::string_view scheme : {"http:", "https:"}) {
    const size_t start = text.find(scheme);
    if (start == std::string_view::npos) continue;
    const size_t begin = start + scheme.size();
    const size_t at = text.rfind('@');
    return Span{begin, at != std::string_view::npos && at >= begin ? at : text.size()};
  }
  return std::nullopt;
}

std::optional<Span> credential(std::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) return credential_after_scheme(text, scheme_end);
  if (const auto span = credential_in_broken_url(text)) return span;
  // "user:password@host:path", a mistake for the scp-like form
  const size_t at = text.rfind('@');
  const size_t word = at == std::string_view::npos ? at : text.find_last_of(" \t\"'", at) + 1;
  const size_t colon = text.substr(0, at).find(':', word);
  if (at == std::string_view::npos || colon == std::string_view::npos) return std::nullopt;
  return Span{colon + 1, at};
}

std::string hide_from(std::string_view line, size_t secret) {
  return secret < line.size() ? fmt::format("{}{}", line.substr(0, secret), hidden)
                              : std::string(line);
}

// A URL can be written with escapes in a TOML string, and then not be recognised.
bool may_hide_a_url(std::string_view line) {
  return line.find("\\u") != std::string_view::npos || line.find("\\U") != std::string_view::npos;
}

}  // namespace

std::string hide_credentials(std::string_view text) {
  std::string result(text);
  if (const auto span = credential(text))
    result.replace(span->begin, span->end - span->begin, hidden);
  return result;
}

Excerpt excerpt(std::string_view line, int column, size_t secret) {
  if (may_hide_a_url(line)) return {};
  size_t mark = byte_of_character(line, static_cast<size_t>(std::max(column, 1)) - 1);
  const std::string text = hide_from(line, secret);
  mark = std::min({mark, secret, text.size()});
  const std::string safe = hide_credentials(text);
  if (const auto span = credential(text); span && mark > span->begin)
    mark = mark < span->end ? span->begin : mark - (span->end - span->begin) + hidden.size();

  std::string before = printable(std::string_view(safe).substr(0, mark), safe.size());
  std::string after = printable(std::string_view(safe).substr(mark), safe.size());
  if (const size_t length = characters(before); length > shown_before)
    before = std::string(cut) + before.substr(byte_of_character(before, length - shown_before));
  if (characters(after) > shown_after)
    after = after.substr(0, byte_of_character(after, shown_after)) + std::string(cut);
  return {.text = before + after, .caret = characters(before)};
}

}  // namespace overlayd
