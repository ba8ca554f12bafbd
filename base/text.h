// What a text is made of, and text for people: what comes from outside is made harmless here before
// it is shown or logged.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// Replaces control characters (terminal escapes among them) and invalid UTF-8 by '?', and cuts
// after `max_bytes` at a character boundary with "…". Tabs become spaces; with `keep_lines`, '\n'
// stays.
std::string printable(std::string_view text, size_t max_bytes = 2000, bool keep_lines = false);

// True if a byte of it is a control character of ASCII.
bool has_control_character(std::string_view text);

// True if `name` can be a branch or a tag, git-check-ref-format(1), and cannot be taken for an
// option or a pattern.
bool is_ref_name(std::string_view name);

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// The candidate that a person who typed `word` most likely meant, by edit distance (transpositions
// count once); none if nothing is near enough to be a typing mistake.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

// " (did you mean 'x'?)", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// A century: nobody who types more means it.
constexpr std::chrono::seconds longest_duration{3'155'760'000};

// "90s", "1m", "2h", "1h30m", "3d", "1w". None if it is not a duration; seconds::max() for one that
// is longer than longest_duration.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// The two largest units: "45s", "3m 20s", "2h", "4d 1h", "2y 3w".
std::string format_duration(std::chrono::seconds duration);

}  // namespace overlayd
