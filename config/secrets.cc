#include "config/secrets.h"

#include <algorithm>

#include "config/characters.h"
#include "config/homes.h"
#include "config/secret_words.h"

namespace overlayd {
namespace {

constexpr size_t none = std::string_view::npos;

bool is_of_key(char c) {
  const std::string_view text(&c, 1);
  return !is_ascii(text) || consists_of(text, "_-.");
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

// Behind which byte the path ends that a value is; none if it is no path.
size_t end_of_path(std::string_view line, size_t begin) {
  size_t at = skip(line, begin, " \t");
  const bool quoted = at < line.size() && (line[at] == '"' || line[at] == '\'');
  if (quoted) at++;
  if (!begins_like_path(line.substr(at))) return none;
  const size_t close = quoted ? line.find(line[at - 1], at) : none;
  return close != none ? close + 1 : std::min(line.find_first_of(" \t,", at), line.size());
}

bool begins_table(std::string_view line) {
  return line.substr(skip(line, 0, " \t")).starts_with('[');
}

// By another word.
bool is_followed(std::string_view line, size_t end) {
  const size_t next = skip(line, end, " \t");
  return next > end && next < line.size();
}

// What stands behind the head of a table and is no comment.
size_t behind_head(std::string_view line) {
  const size_t close = line.find(']');
  const size_t end = close == none ? end_of_key(line, next_key(line, 0)) : skip(line, close, "]");
  const size_t behind = skip(line, end, " \t");
  return behind == line.size() || line[behind] == '#' ? none : behind;
}

// "key = value". What only looks like one is the end of something in Base64: "c2VjcmV0Cg==".
bool is_entry(std::string_view line) {
  const size_t begin = skip(line, 0, " \t\"'");
  const size_t end = end_of_key(line, begin);
  const size_t sign = skip(line, end, "\"' \t");
  if (begin == end || sign == line.size() || line[sign] != '=') return false;
  const size_t value = skip(line, sign + 1, " \t");
  return !home_of(line.substr(begin, end - begin)).empty() ||
         (value < line.size() && line[value] != '=');
}

bool is_empty_or_comment(std::string_view line) {
  const size_t begin = skip(line, 0, " \t,]}");
  return begin == line.size() || line[begin] == '#';
}

class Finder {
 public:
  size_t secret_in(std::string_view line) {
    if (!closing_.empty()) {
      if (line.find(closing_) != none) closing_ = {};
      return 0;
    }
    if (is_empty_or_comment(line)) return Finder(*this).secret_word_in(line);  // begins nothing
    if (!begins_table(line) && !is_entry(line) && goes_on_) return 0;
    goes_on_ = false;
    if (begins_table(line)) {
      in_secret_table_ = has_secret_part(line.substr(0, line.find_first_of("]=#")));
      return std::min(behind_head(line), secret_word_in(line));
    }
    if (in_secret_table_)
      return begin_value(line, line.find('=') + 1);  // all of it if there is none
    return secret_word_in(line);
  }

 private:
  size_t secret_word_in(std::string_view line) {
    const size_t first = skip(line, 0, " \t\"'");
    size_t end = 0;
    for (size_t at = next_key(line, 0); at < line.size(); at = next_key(line, end)) {
      end = end_of_key(line, at);
      const size_t secret = secret_behind(line, at, end, at == first);
      if (secret != none) return secret;
    }
    return none;
  }

  // Behind the word from `begin` to `end`. At the start of a line it is a key whatever follows.
  size_t secret_behind(std::string_view line, size_t begin, size_t end, bool first) {
    const auto key = line.substr(begin, end - begin);
    const size_t sign = skip(line, end, "\"' \t");
    const bool is_key = sign < line.size() && (line[sign] == '=' || line[sign] == ':');
    if (!first && !is_key)
      return announces_secret(key) && is_followed(line, end) ? begin_value(line, end) : none;
    if (!sounds_secret(key)) return none;
    const size_t behind = is_key ? sign + 1 : end;
    const size_t path_end = wants_path_to_secret(key) ? end_of_path(line, behind) : none;
    if (path_end == none) return begin_value(line, behind);
    goes_on_ = true;
    return line.find_first_not_of(" \t}],", path_end);
  }

  size_t begin_value(std::string_view line, size_t behind) {
    const size_t start = skip(line, behind, " \t");
    closing_ = closing(line.substr(start));
    goes_on_ = true;
    return start;
  }

  std::string_view closing_;
  bool in_secret_table_ = false;
  // What is no TOML in the lines behind a secret may be more of it: a key that was pasted, say.
  bool goes_on_ = false;
};

}  // namespace

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
