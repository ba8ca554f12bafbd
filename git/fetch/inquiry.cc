#include "git/fetch/inquiry.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "git/fetch/process.h"

namespace overlayd::git {
namespace {

// Why nothing can be signed with `key`; empty if it can. With nobody there to ask for a passphrase,
// ssh passes a locked key over without a word.
std::string fault_of(const std::string& key) {
  constexpr std::chrono::seconds patience{10};
  constexpr std::string_view sign = "Load key ";
  const Outcome outcome = run({"/usr/bin/ssh-keygen", "-y", "-P", "", "-f", key},
                              {"LC_ALL=C", "PATH=/usr/bin:/bin"}, {}, patience);
  if (outcome.ok()) return "";
  for (const auto& line : split(outcome.errors, '\n'))
    if (line.starts_with(sign)) return line.substr(line.rfind(": ") + 2);
  return "";
}

bool is_closed(const std::string& path, int how) {
  return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) != 0 && errno == EACCES;
}

// The first folder on the way to a repository, or part of it, that is closed to us.
std::string closed_part(const std::string& repository) {
  for (size_t slash = repository.find('/', 1); slash != std::string::npos;
       slash = repository.find('/', slash + 1))
    if (is_closed(repository.substr(0, slash), X_OK)) return repository.substr(0, slash);
  if (is_closed(repository, R_OK | X_OK)) return repository;
  for (const char* folder : {"/", "/.git/"})
    for (const char* part : {"", "HEAD", "config", "objects", "refs"})
      if (is_closed(repository + folder + part, R_OK)) return repository + folder + part;
  return "";
}

std::string our_name() {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? std::to_string(geteuid()) : entry->pw_name;
}

Failure inquire_key(const Failure& failure, const std::string& key) {
  const std::string fault = failure.kind == FailureKind::denied ? fault_of(key) : "";
  if (fault.empty()) return failure;
  return {.kind = FailureKind::bad_key,
          .message = printable(fmt::format("the ssh key cannot be used: {}", fault))};
}

Failure inquire_folder(const Failure& failure, std::string url) {
  constexpr std::string_view scheme = "file://";
  if (failure.kind != FailureKind::denied && failure.kind != FailureKind::not_found) return failure;
  if (url.starts_with(scheme)) url.erase(0, scheme.size());
  const std::string closed = closed_part(url);
  if (closed.empty()) return failure;
  return {.kind = FailureKind::unreadable,
          .message = printable(fmt::format("user {} may not read {}", our_name(), closed))};
}

}  // namespace

Failure inquire(const Failure& failure, const Upstream& upstream, const std::string& ssh_key) {
  if (upstream.scheme == "ssh" && !ssh_key.empty()) return inquire_key(failure, ssh_key);
  if (upstream.scheme == "file") return inquire_folder(failure, upstream.url);
  return failure;
}

}  // namespace overlayd::git
