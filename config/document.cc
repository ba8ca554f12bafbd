#include "config/document.h"

#include <algorithm>

#include "base/text.h"
#include "config/nesting.h"

namespace overlayd {
namespace {

constexpr size_t npos = std::string_view::npos;

// All blocks but this one are a list, or the other way round.
std::string about_second_block(std::string_view blocks, std::string_view description,
                               std::string_view line) {
  const bool is_list_element = trim(line).starts_with("[[");
  const bool above_is_list = description.find("existing array") != npos;
  if (is_list_element && above_is_list)
    return fmt::format("'{} = []' above says that there is none: take it out", blocks);
  return fmt::format("[[{0}]] is written with two brackets on each side{1}", blocks,
                     is_list_element ? fmt::format(", also above, where [{}] stands", blocks) : "");
}

// toml++ takes the end of a line for a character that a string must not have.
bool is_at_end_in_string(std::string_view description, std::string_view line) {
  if (description.find("string: ") == npos) return false;
  const auto may_be_in_string = [](unsigned char byte) {
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
  };
  return description.ends_with("end-of-file") ||
         (description.find("control characters") != npos &&
          std::all_of(line.begin(), line.end(), may_be_in_string));
}

// toml++ says "Error while parsing value: could not determine value type", and may quote from the
// line; where that line has a credential, the quotation is left out.
std::string explain(std::string_view description, std::string_view line) {
  for (const std::string_view blocks : {"services", "upstreams"})
    if (description.find(fmt::format("cannot redefine existing array '{}'", blocks)) != npos ||
        description.find(fmt::format("cannot redefine existing table '{}'", blocks)) != npos)
      return about_second_block(blocks, description, line);
  if (is_at_end_in_string(description, line))
    return "not valid TOML: a string has no end here: is a closing quote missing?";
  constexpr std::string_view prefix = "Error while parsing ";
  if (description.starts_with(prefix))
    return fmt::format("not valid TOML in this {}", description.substr(prefix.size()));
  return fmt::format("not valid TOML: {}", description);
}

}  // namespace

std::optional<toml::table> read_document(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > max_file_bytes) {
    diagnostics.add({}, fmt::format("the file is larger than {} MiB", max_file_bytes >> 20));
    return std::nullopt;
  }
  if (!check_nesting(text, diagnostics)) return std::nullopt;
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    const Origin at = {.line = static_cast<int>(begin.line),
                       .column = static_cast<int>(begin.column)};
    std::string_view description = error.description();
    if (diagnostics.has_credential(at)) description = description.substr(0, description.find('\''));
    diagnostics.add(at, explain(description, diagnostics.line(at.line)));
    return std::nullopt;
  }
}

}  // namespace overlayd
