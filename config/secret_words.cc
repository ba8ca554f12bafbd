#include "config/secret_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/characters.h"
#include "config/homes.h"

namespace overlayd {
namespace {

constexpr std::array<std::string_view, 8> secret_parts = {"auth", "bearer", "cred",   "key",
                                                          "pass", "pwd",    "secret", "token"};

// Those that are a word of their own; in others they mean nothing: "path".
bool has_secret_word(std::string_view key) {
  constexpr std::array<std::string_view, 5> words = {"api", "pat", "psk", "pw", "tok"};
  for (const char separator : {'.', '-', '_'})
    if (const size_t at = key.find(separator); at != std::string_view::npos)
      return has_secret_word(key.substr(0, at)) || has_secret_word(key.substr(at + 1));
  return std::find(words.begin(), words.end(), lower_case(key)) != words.end();
}

}  // namespace

bool wants_path_to_secret(std::string_view key) { return key == "token_file" || key == "ssh_key"; }

bool has_secret_part(std::string_view text) {
  const std::string lower = lower_case(text);
  return std::any_of(secret_parts.begin(), secret_parts.end(),
                     [&](auto part) { return lower.find(part) != std::string::npos; });
}

bool sounds_secret(std::string_view key) {
  static const std::vector<std::string> meant = {"credential", "password", "secret",
                                                 "ssh_key",    "token",    "token_file"};
  if (!home_of(key).empty()) return wants_path_to_secret(key);
  return !is_ascii(key) || has_secret_part(key) || has_secret_word(key) ||
         nearest(lower_case(key), meant);
}

bool announces_secret(std::string_view word) {
  constexpr std::array<std::string_view, 8> words = {"account", "basic",    "bearer", "pass",
                                                     "passwd",  "password", "secret", "token"};
  return std::find(words.begin(), words.end(), lower_case(word)) != words.end();
}

}  // namespace overlayd
