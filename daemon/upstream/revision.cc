#include "daemon/upstream/revision.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "daemon/upstream/wish.h"

namespace overlayd {
namespace {

constexpr size_t longest = 250;

[[noreturn]] void refuse(std::string_view revision, std::string_view why) {
  throw NoRevision(fmt::format("'{}' is not a revision: {}", printable(revision, 100), why));
}

void check_length(std::string_view revision) {
  if (revision.empty() || revision.size() > longest) refuse(revision, "wrong length");
  if (revision.starts_with('-')) refuse(revision, "it starts with '-'");
  if (has_control_character(revision)) refuse(revision, "it has control characters");
}

// What git_revparse_single() and Git agree on: '!' begins something else in Git.
void check_text(std::string_view text, std::string_view revision) {
  if (text.empty()) refuse(revision, "it has no text to look for");
  if (text.starts_with('!')) refuse(revision, "its text to look for starts with '!'");
  if (text.find('}') != std::string_view::npos) refuse(revision, "its text to look for has a '}'");
}

// The revision without each "{…}" behind a '^': a text to look for may hold anything.
std::string without_braces(std::string_view revision) {
  std::string bare;
  std::string_view rest = revision;
  for (size_t open = rest.find("^{"); open != std::string_view::npos; open = rest.find("^{")) {
    const size_t close = rest.find('}', open);
    if (close == std::string_view::npos) refuse(revision, "a '}' is missing");
    const std::string_view inside = rest.substr(open + 2, close - open - 2);
    if (inside.starts_with('/')) check_text(inside.substr(1), revision);
    bare += rest.substr(0, open + 1);
    rest.remove_prefix(close + 1);
  }
  return bare.append(rest);
}

void check_form(std::string_view revision) {
  const std::string bare = without_braces(revision);
  if (bare.find("..") != std::string::npos) refuse(revision, "it is a range");
  if (bare.find(':') != std::string::npos) refuse(revision, "it names a path");
  if (bare.find(' ') != std::string::npos) refuse(revision, "it has white space");
  // what a branch of the mirror was before is nothing that anybody has seen here
  if (bare.find("@{", bare.starts_with("HEAD@{") ? 5 : 1) != std::string::npos)
    refuse(revision, "@{N} stands alone or behind HEAD");
}

// "@{3}rest" -> 3, leaving "rest".
size_t take_number(std::string_view& rest, std::string_view revision) {
  size_t number = 0;
  const size_t end = rest.find('}');
  const char* first = rest.data() + 2;
  const char* last = rest.data() + (end == std::string_view::npos ? rest.size() : end);
  const auto [stop, error] = std::from_chars(first, last, number);
  if (end == std::string_view::npos || error != std::errc() || stop != last)
    refuse(revision,
           "between @{ and } stands how many deployments ago, as overlayctl log "
           "numbers them; a date is not taken");
  rest.remove_prefix(end + 1);
  return number;
}

// "HEAD~1" -> "~1", "@{1}^" -> "@{1}^": what stands behind the deployed commit; none if the
// revision does not begin there.
std::optional<std::string_view> behind_deployed(std::string_view revision) {
  std::string_view rest = revision;
  if (rest.starts_with("HEAD"))
    rest.remove_prefix(4);
  else if (rest.starts_with("@") && !rest.starts_with("@{"))
    rest.remove_prefix(1);
  const bool relative = rest.size() < revision.size() || rest.starts_with("@{");
  if (!relative ||
      (!rest.empty() && std::string_view("~^@").find(rest[0]) == std::string_view::npos))
    return std::nullopt;
  return rest;
}

// "heads/x" and "origin/x" are the upstream's branch x: the mirror has it as a remote one.
std::string with_branch_of_upstream(std::string_view revision) {
  for (const std::string_view prefix : {"refs/heads/", "heads/", "remotes/origin/", "origin/"})
    if (revision.starts_with(prefix))
      return remote_branches + std::string(revision.substr(prefix.size()));
  return std::string(revision);
}

}  // namespace

void check_revision(std::string_view revision) {
  check_length(revision);
  if (revision.starts_with(":/")) return check_text(revision.substr(2), revision);
  check_form(revision);
  auto rest = behind_deployed(revision);
  if (rest && rest->starts_with("@{")) take_number(*rest, revision);
}

std::string seen_from_deployed(std::string_view revision, const std::vector<std::string>& deployed,
                               std::string_view tip) {
  check_revision(revision);
  if (revision.starts_with(":/")) return fmt::format("{}^{{{}}}", tip, revision.substr(1));
  auto rest = behind_deployed(revision);
  if (!rest) return with_branch_of_upstream(revision);
  size_t number = 0;
  if (rest->starts_with("@{")) number = take_number(*rest, revision);
  if (number >= deployed.size())
    throw Error::of("'{}' is not known: {} remembered", printable(revision, 100),
                    deployed.size() == 1 ? "1 deployment is"
                                         : fmt::format("{} deployments are", deployed.size()));
  return deployed[number] + std::string(*rest);
}

std::string name_to_fetch(std::string_view revision) {
  std::string_view name = revision.substr(0, revision.find_first_of("~^@:"));
  for (const std::string_view prefix : {std::string_view(remote_branches),
                                        std::string_view("refs/tags/"), std::string_view("tags/")})
    if (name.starts_with(prefix)) return std::string(name.substr(prefix.size()));
  return std::string(name);
}

bool looks_for_text(std::string_view revision) {
  return revision.find("^{/") != std::string_view::npos;
}

}  // namespace overlayd
