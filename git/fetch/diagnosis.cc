#include "git/fetch/diagnosis.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "base/text.h"
#include "git/fetch/upstream.h"

namespace overlayd::git {
namespace {

struct Sign {
  std::string_view words;
  FailureKind kind;
};

// What git, curl and ssh say, most telling first: of "Permission denied (publickey)" and the "Could
// not read from remote repository" that follows, the former is the reason.
constexpr std::array signs{
    Sign{"No space left on device", FailureKind::full},
    Sign{"Disk quota exceeded", FailureKind::full},
    Sign{"the upstream has sent nothing for", FailureKind::unreachable},
    Sign{"REMOTE HOST IDENTIFICATION HAS CHANGED", FailureKind::changed_host},
    Sign{"host key is known for", FailureKind::unknown_host},
    Sign{"Host key verification failed", FailureKind::unknown_host},
    Sign{"Permission denied", FailureKind::denied},
    Sign{"Too many authentication failures", FailureKind::denied},
    Sign{"Authentication failed", FailureKind::denied},
    Sign{"could not read Username", FailureKind::denied},
    Sign{"could not read Password", FailureKind::denied},
    Sign{"certificate verification failed", FailureKind::untrusted},
    Sign{"SSL certificate problem", FailureKind::untrusted},
    Sign{"server verification failed", FailureKind::untrusted},
    Sign{"does not match target host name", FailureKind::untrusted},
    Sign{"error setting certificate", FailureKind::untrusted},
    Sign{"error reading ca cert", FailureKind::untrusted},
    Sign{"returned error: 401", FailureKind::denied},
    Sign{"returned error: 403", FailureKind::denied},
    Sign{"not allowed", FailureKind::denied},
    Sign{"Could not resolve host", FailureKind::unreachable},
    Sign{"unable to look up", FailureKind::unreachable},
    Sign{"Name or service not known", FailureKind::unreachable},
    Sign{"Failed to connect", FailureKind::unreachable},
    Sign{"Couldn't connect", FailureKind::unreachable},
    Sign{"unable to connect", FailureKind::unreachable},
    Sign{"Connection refused", FailureKind::unreachable},
    Sign{"Connection timed out", FailureKind::unreachable},
    Sign{"Connection reset", FailureKind::unreachable},
    Sign{"Connection closed", FailureKind::unreachable},
    Sign{"No route to host", FailureKind::unreachable},
    Sign{"Network is unreachable", FailureKind::unreachable},
    Sign{"Operation timed out", FailureKind::unreachable},
    Sign{"Operation too slow", FailureKind::unreachable},
    Sign{"timed out", FailureKind::unreachable},
    Sign{"Timeout, server", FailureKind::unreachable},
    Sign{"Empty reply from server", FailureKind::unreachable},
    Sign{"returned error: 5", FailureKind::unreachable},
    Sign{"returned error: 429", FailureKind::unreachable},
    Sign{"SSL_ERROR_SYSCALL", FailureKind::unreachable},
    Sign{"gnutls_handshake() failed", FailureKind::unreachable},
    Sign{"transfer closed", FailureKind::unreachable},
    Sign{"RPC failed", FailureKind::unreachable},
    Sign{"returned error: 404", FailureKind::not_found},
    Sign{"returned error: 410", FailureKind::not_found},
    Sign{"does not appear to be a git repository", FailureKind::not_found},
    Sign{"does not exist", FailureKind::not_found},
    Sign{"No such file or directory", FailureKind::not_found},
    Sign{"Repository not found", FailureKind::not_found},
    Sign{"' not found", FailureKind::not_found},
    Sign{"not valid: is this a git repository", FailureKind::not_found},
    Sign{"not a git repository", FailureKind::damaged},
    Sign{"bad config", FailureKind::damaged},
    Sign{"bad object", FailureKind::damaged},
    Sign{"bad tree", FailureKind::damaged},
    Sign{"is corrupt", FailureKind::damaged},
    Sign{"packfile ", FailureKind::damaged},
    Sign{"index file ", FailureKind::damaged},
    Sign{"broken ref", FailureKind::damaged},
    Sign{"bad shallow line", FailureKind::damaged},
    Sign{"missing object", FailureKind::damaged},
    Sign{"object file ", FailureKind::damaged},
    Sign{"inflate: ", FailureKind::damaged},
    Sign{"unable to resolve reference", FailureKind::damaged},
    Sign{"the remote end hung up", FailureKind::unreachable},
    Sign{"early EOF", FailureKind::unreachable},
    Sign{"unexpected disconnect", FailureKind::unreachable},
    Sign{"Could not read from remote repository", FailureKind::unreachable},
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What the server says for itself goes through as "remote: …"; it must not pass for ours.
bool is_from_server(std::string_view line) { return line.starts_with("remote:"); }

// ssh puts its loudest warning between "@" signs.
std::string_view without_frame(std::string_view line) {
  constexpr std::string_view frame = "@ ";
  if (!line.starts_with('@')) return line;
  line.remove_prefix(std::min(line.find_first_not_of(frame), line.size()));
  return line.substr(0, line.find_last_not_of(frame) + 1);
}

std::string_view without_label(std::string_view line) {
  for (const std::string_view label : {"fatal: ", "error: ", "ERROR: "})
    if (line.starts_with(label)) line.remove_prefix(label.size());
  return line;
}

// The last line that git itself marks as the reason, else the last line at all.
std::string_view last_complaint(const std::vector<std::string>& lines) {
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [](std::string_view line) {
    return line.starts_with("fatal: ") || line.starts_with("error: ");
  });
  if (found != lines.rend()) return *found;
  return lines.empty() ? "git failed and said nothing" : std::string_view(lines.back());
}

struct Finding {
  FailureKind kind = FailureKind::internal;
  std::string_view line;
};

Finding find_reason(const std::vector<std::string>& lines) {
  for (const auto& sign : signs)
    for (const auto& line : lines)
      if (!is_from_server(line) && contains(line, sign.words)) return {sign.kind, line};
  return {FailureKind::internal, last_complaint(lines)};
}

bool is_word(std::string_view text, size_t at) {
  return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
}

// A short one is taken out as a word of its own only: each "a" of a message would else tell more of
// the secret than it hides.
std::string without_secret(const std::string& text, const std::string& secret) {
  constexpr size_t long_enough = 8;
  if (secret.empty()) return text;
  std::string result;
  size_t done = 0;
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1)) {
    const size_t end = at + secret.size();
    const bool inside_word = (at > 0 && is_word(text, at - 1)) || is_word(text, end);
    if (at < done || (secret.size() < long_enough && inside_word)) continue;
    result.append(text, done, at - done).append("…");
    done = end;
  }
  return result.append(text, done);
}

}  // namespace

Failure diagnose(std::string_view errors, const std::string& secret) {
  constexpr size_t max_message_length = 500;
  std::vector<std::string> lines;
  for (const auto& part : split(errors, '\n'))
    for (const auto& line : split(part, '\r'))  // progress is written over and over
      if (!trim(line).empty()) lines.emplace_back(trim(line));
  const Finding finding = find_reason(lines);
  const std::string line(without_frame(without_label(finding.line)));
  return {
      .kind = finding.kind,
      .message = printable(without_passwords(without_secret(line, secret)), max_message_length)};
}

bool says_ref_is_missing(std::string_view errors) {
  return contains(errors, "couldn't find remote ref");
}

bool says_object_is_refused(std::string_view errors) {
  return says_ref_is_missing(errors) || contains(errors, "not our ref") ||
         contains(errors, "unadvertised object") || contains(errors, "no such remote ref");
}

bool says_object_is_missing(std::string_view errors) {
  return says_object_is_refused(errors) || contains(errors, "did not send all necessary objects") ||
         contains(errors, "repository corruption on the remote side");
}

bool says_refs_conflict(std::string_view errors) {
  return contains(errors, "cannot lock ref") || contains(errors, "; cannot create");
}

bool says_unfiltered(std::string_view errors) {
  return contains(errors, "filtering not recognized by server");
}

}  // namespace overlayd::git
