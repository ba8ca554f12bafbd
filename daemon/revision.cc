#include "daemon/revision.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace overlayd {
namespace {

constexpr size_t longest = 250;

Error no_revision(std::string_view revision, std::string_view why) {
  return Error::of("'{}' is not a revision: {}", printable(revision, 100), why);
}

void check_form(std::string_view revision) {
  if (revision.empty() || revision.size() > longest) throw no_revision(revision, "wrong length");
  if (revision.starts_with('-')) throw no_revision(revision, "it starts with '-'");
  if (revision.find("..") != std::string_view::npos) throw no_revision(revision, "it is a range");
  if (revision.find(':') != std::string_view::npos) throw no_revision(revision, "it names a path");
  const auto is_odd = [](unsigned char byte) { return byte <= ' ' || byte == 0x7f; };
  if (std::any_of(revision.begin(), revision.end(), is_odd))
    throw no_revision(revision, "it has white space or control characters");
}

// "@{3}rest" -> 3, leaving "rest".
size_t take_number(std::string_view& rest, std::string_view revision) {
  size_t number = 0;
  const size_t end = rest.find('}');
  const char* first = rest.data() + 2;
  const char* last = rest.data() + (end == std::string_view::npos ? rest.size() : end);
  const auto [stop, error] = std::from_chars(first, last, number);
  if (end == std::string_view::npos || error != std::errc() || stop != last)
    throw no_revision(revision, "between @{ and } stands a number: how many deployments ago");
  rest.remove_prefix(end + 1);
  return number;
}

}  // namespace

std::string seen_from_deployed(std::string_view revision,
                               const std::vector<std::string>& deployed) {
  check_form(revision);
  std::string_view rest = revision;
  if (rest.starts_with("HEAD"))
    rest.remove_prefix(4);
  else if (rest.starts_with("@") && !rest.starts_with("@{"))
    rest.remove_prefix(1);
  const bool relative = rest.size() < revision.size() || rest.starts_with("@{");
  if (!relative ||
      (!rest.empty() && std::string_view("~^@").find(rest[0]) == std::string_view::npos))
    return std::string(revision);
  size_t number = 0;
  if (rest.starts_with("@{")) number = take_number(rest, revision);
  if (number >= deployed.size())
    throw Error::of("'{}' is not known: {} deployments are remembered", printable(revision, 100),
                    deployed.size());
  return deployed[number] + std::string(rest);
}

}  // namespace overlayd
