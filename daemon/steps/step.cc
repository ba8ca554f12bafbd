#include "daemon/steps/step.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace overlayd {
namespace {

bool needs_escape(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte <= ' ' || byte == 0x7f || byte == '#' || byte == '\\';
}

std::string escape(std::string_view word) {
  std::string result;
  for (const char character : word) {
    if (needs_escape(character))
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
    else
      result += character;
  }
  return result;
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

std::string unescape(std::string_view word) {
  std::string result;
  for (size_t i = 0; i < word.size(); i++) {
    if (word[i] != '\\') {
      result += word[i];
      continue;
    }
    const int high = i + 3 < word.size() && word[i + 1] == 'x' ? hex_digit(word[i + 2]) : -1;
    const int low = high < 0 ? -1 : hex_digit(word[i + 3]);
    if (low < 0) throw Error::of("cannot read '{}': a broken escape", printable(word));
    result += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return result;
}

const StepWords& words_named(std::string_view make, std::string_view text) {
  for (const auto& words : all_step_words())
    if (words.make == make) return words;
  throw Error::of("cannot read step '{}': unknown word '{}'", printable(text), printable(make));
}

}  // namespace

bool is_mount(const Step& step) {
  return step.kind == StepKind::mount || step.kind == StepKind::mount_file;
}

bool is_overlay(const Step& step) { return is_mount(step) || step.kind == StepKind::show; }

bool is_place(const Step& step) {
  return step.kind == StepKind::directory || step.kind == StepKind::file ||
         step.kind == StepKind::link;
}

const std::vector<StepWords>& all_step_words() {
  static const std::vector<StepWords> words{
      {StepKind::package, "PACKAGE", "", "", false},
      {StepKind::checkout, "CHECKOUT", "FORGET", "SWITCH", true},
      {StepKind::directory, "MKDIR", "RMDIR", "", false},
      {StepKind::file, "TOUCH", "REMOVE", "", false},
      {StepKind::mount, "MOUNT", "UMOUNT", "SWAP", true},
      {StepKind::mount_file, "MOUNTFILE", "UMOUNTFILE", "SWAPFILE", true},
      {StepKind::link, "LINK", "UNLINK", "RELINK", true},
      {StepKind::show, "SHOW", "HIDE", "RESHOW", true},
      {StepKind::unit, "UNIT", "", "", true},
  };
  return words;
}

const StepWords& words_of(StepKind kind) {
  const auto& all = all_step_words();
  return *std::find_if(all.begin(), all.end(),
                       [&](const StepWords& words) { return words.kind == kind; });
}

std::string to_text(const Line& line) {
  std::string text;
  for (const auto& word : line.words) text += (text.empty() ? "" : " ") + escape(word);
  return line.origin.empty() ? text : text + "  # " + line.origin;
}

Line parse_line(std::string_view text) {
  Line line;
  const size_t comment = text.find('#');
  if (comment != std::string_view::npos) line.origin = trim(text.substr(comment + 1));
  for (const auto& word : split(trim(text.substr(0, comment)), ' '))
    line.words.push_back(unescape(word));
  return line;
}

std::string to_text(const Step& step) {
  const StepWords& words = words_of(step.kind);
  Line line{{std::string(words.make), step.subject}, step.origin};
  if (words.has_value) line.words.push_back(step.value);
  return to_text(line);
}

std::string to_text(const Steps& steps) {
  std::string text;
  for (const auto& step : steps) text += to_text(step) + "\n";
  return text;
}

Step parse_step(std::string_view text) {
  const Line line = parse_line(text);
  const StepWords& words = words_named(line.words[0], text);
  if (line.words.size() != (words.has_value ? 3U : 2U) || line.words[1].empty())
    throw Error::of("cannot read step '{}': wrong number of words", printable(text));
  return {.kind = words.kind,
          .subject = line.words[1],
          .value = words.has_value ? line.words[2] : "",
          .origin = line.origin};
}

Steps parse_steps(std::string_view text) {
  Steps steps;
  for (const auto& line : split(text, '\n'))
    if (!trim(line).empty()) steps.push_back(parse_step(line));
  return steps;
}

}  // namespace overlayd
