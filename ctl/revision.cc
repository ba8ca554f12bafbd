#include "ctl/revision.h"

#include <fmt/core.h>

#include <charconv>

#include "base/text.h"

namespace overlayd::ctl {
namespace {

// Behind a '~' or '^', as Git counts: in an int. A text to look for, "^{/…}", may hold anything.
bool has_too_large_number(std::string_view revision) {
  for (size_t at = revision.find_first_of("~^"); at != std::string_view::npos;
       at = revision.find_first_of("~^", at)) {
    const auto rest = revision.substr(++at);
    int number = 0;
    if (rest.starts_with('{'))
      at = revision.find('}', at);
    else if (std::from_chars(rest.data(), rest.data() + rest.size(), number).ec ==
             std::errc::result_out_of_range)
      return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> fault_of_revision(std::string_view revision) {
  const auto fault = [&](std::string_view why) {
    return fmt::format("'{}' is not a revision: {}", printable(revision, 100), why);
  };
  if (revision.starts_with(":/")) return std::nullopt;
  if (revision.starts_with('~') || revision.starts_with('^'))
    return fault(fmt::format("nothing stands before the '{}'", revision.front()));
  if (has_too_large_number(revision)) return fault("its number is too large");
  return std::nullopt;
}

}  // namespace overlayd::ctl
