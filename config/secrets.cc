#include "config/secrets.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "config/characters.h"
#include "config/homes.h"

namespace overlayd {
namespace {

constexpr size_t none = std::string_view::npos;
constexpr std::array<std::string_view, 8> secret_parts = {"auth", "bearer", "cred",   "key",
                                                          "pass", "pwd",    "secret", "token"};

bool has_secret_part(std::string_view text) {
  const std::string lower = lower_case(text);
  return std::any_of(secret_parts.begin(), secret_parts.end(),
                     [&](auto part) { return lower.find(part) != none; });
}

bool sounds_secret(std::string_view key) {
  static const std::vector<std::string> meant = {"credential", "password", "secret",
                                                 "ssh_key",    "token",    "token_file"};
  if (!home_of(key).empty()) return wants_path_to_secret(key);
  return has_secret_part(key) || nearest(lower_case(key), meant);
}

bool is_of_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

size_t next_key(std::string_view line, size_t at) {
  while (at < line.size() && !is_of_key(line[at])) at++;
  return at;
}

size_t end_of_key(std::string_view line, size_t at) {
  while (at < line.size() && is_of_key(line[at])) at++;
  return at;
}

size_t skip(std::string_view line, size_t from, std::string_view what) {
  return std::min(line.find_first_not_of(what, from), line.size());
}

// What closes a value that goes on in the next line; empty if it ends in this one.
std::string_view closing(std::string_view value) {
  for (const std::string_view quotes : {R"(""")", "'''"})
    if (value.starts_with(quotes)) return value.find(quotes, 3) == none ? quotes : "";
  if (value.starts_with('[')) return value.find(']') == none ? "]" : "";
  if (value.starts_with('{')) return value.find('}') == none ? "}" : "";
  return "";
}

class Finder {
 public:
  size_t secret_in(std::string_view line) {
    if (!closing_.empty()) {
      if (line.find(closing_) != none) closing_ = {};
      return 0;
    }
    if (line.substr(skip(line, 0, " \t")).starts_with('['))
      in_secret_table_ = has_secret_part(line.substr(0, line.find_first_of("]=#")));
    else if (in_secret_table_)
      return begin_value(line, line.find('=') + 1);  // all of it if there is none
    const size_t first = skip(line, 0, " \t\"'");
    size_t end = 0;
    for (size_t at = next_key(line, 0); at < line.size(); at = next_key(line, end)) {
      end = end_of_key(line, at);
      const size_t secret = secret_behind(line, at, end, at == first);
      if (secret != none) return secret;
    }
    return none;
  }

 private:
  // Behind the word from `begin` to `end`. At the start of a line it is a key whatever follows.
  size_t secret_behind(std::string_view line, size_t begin, size_t end, bool first) {
    const auto key = line.substr(begin, end - begin);
    const size_t sign = skip(line, end, "\"' \t");
    const bool is_key = sign < line.size() && (line[sign] == '=' || line[sign] == ':');
    if ((!first && !is_key) || !sounds_secret(key)) return none;
    const size_t behind = is_key ? sign + 1 : end;
    const auto path = line.substr(skip(line, behind, " \t\"'"));
    return wants_path_to_secret(key) && begins_like_path(path) ? none : begin_value(line, behind);
  }

  size_t begin_value(std::string_view line, size_t behind) {
    const size_t start = skip(line, behind, " \t");
    closing_ = closing(line.substr(start));
    return start;
  }

  std::string_view closing_;
  bool in_secret_table_ = false;
};

}  // namespace

bool wants_path_to_secret(std::string_view key) { return key == "token_file" || key == "ssh_key"; }

bool begins_like_path(std::string_view value) {
  return value.starts_with('/') || value.starts_with('~');
}

std::vector<size_t> find_secrets(const std::vector<std::string_view>& lines) {
  Finder finder;
  std::vector<size_t> result;
  result.reserve(lines.size());
  for (const auto line : lines) result.push_back(finder.secret_in(line));
  return result;
}

}  // namespace overlayd
