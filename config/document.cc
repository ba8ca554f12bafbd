#include "config/document.h"

#include "config/nesting.h"

namespace overlayd {
namespace {

// toml++ says "Error while parsing value: could not determine value type", and may quote from the
// line; where that line has a credential, the quotation is left out.
std::string explain(std::string_view description) {
  if (description.find("redefine existing array 'services'") != std::string_view::npos)
    return "'services = []' above says that there is no service: take it out";
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
    diagnostics.add(at, explain(description));
    return std::nullopt;
  }
}

}  // namespace overlayd
