#include "config/owner.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "base/text.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

// Calls a getpwnam_r-like function with a buffer that is large enough. Only the numbers in the
// result may be used: its strings are gone.
template <typename Record, typename Lookup>
std::optional<Record> look_up(const std::string& name, Lookup lookup) {
  std::vector<char> buffer(4096);
  for (;;) {
    Record record{};
    Record* found = nullptr;
    const int code = lookup(&record, buffer.data(), buffer.size(), &found);
    if (code == ERANGE && buffer.size() < (16 << 20)) {
      buffer.resize(buffer.size() * 4);
      continue;
    }
    // glibc answers these for "no such account" too, see getpwnam(3)
    if (code != 0 && code != ENOENT && code != ESRCH && code != EBADF && code != EPERM)
      throw SystemError(code, fmt::format("cannot look up account '{}'", name));
    return found == nullptr ? std::nullopt : std::optional(record);
  }
}

std::optional<unsigned> number(const std::string& text) {
  unsigned value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

// Only the local file: listing a directory service could take minutes.
template <auto Open, typename Entry>
std::string nearest_in(const char* path, const std::string& name, Entry entry) {
  const Handle<std::FILE, std::fclose> file(Open(path));
  std::vector<std::string> names;
  while (file) {
    const auto* record = entry(file.get());
    if (record == nullptr) break;
    names.emplace_back(record);
  }
  return nearest(name, names).value_or("");
}

std::FILE* open_for_reading(const char* path) { return std::fopen(path, "re"); }

const char* next_user(std::FILE* file) {
  const auto* record = fgetpwent(file);
  return record == nullptr ? nullptr : record->pw_name;
}

const char* next_group(std::FILE* file) {
  const auto* record = fgetgrent(file);
  return record == nullptr ? nullptr : record->gr_name;
}

struct User {
  uid_t uid;
  std::optional<gid_t> primary_group;
};

User resolve_user(const std::string& name) {
  const auto by_name =
      look_up<passwd>(name, [&](auto... rest) { return getpwnam_r(name.c_str(), rest...); });
  if (by_name) return {by_name->pw_uid, by_name->pw_gid};
  const auto uid = number(name);
  if (!uid)
    throw Rejected(fmt::format("unknown user '{}'", name),
                   nearest_in<open_for_reading>("/etc/passwd", name, next_user));
  const auto by_uid =
      look_up<passwd>(name, [&](auto... rest) { return getpwuid_r(*uid, rest...); });
  return {*uid, by_uid ? std::optional(by_uid->pw_gid) : std::nullopt};
}

gid_t resolve_group(const std::string& name) {
  const auto by_name =
      look_up<group>(name, [&](auto... rest) { return getgrnam_r(name.c_str(), rest...); });
  if (by_name) return by_name->gr_gid;
  if (const auto gid = number(name)) return *gid;
  throw Rejected(fmt::format("unknown group '{}'", name),
                 nearest_in<open_for_reading>("/etc/group", name, next_group));
}

}  // namespace

Owner resolve_owner(const std::string& user, const std::string& group) {
  check_account(user);
  if (!group.empty()) check_account(group);
  const auto [uid, primary_group] = resolve_user(user);
  if (!group.empty()) return {uid, resolve_group(group)};
  if (!primary_group)
    throw Rejected::because("user '{}' has no account here and so no group: give it a 'group'",
                            user);
  return {uid, *primary_group};
}

void check_account(const std::string& name) {
  if (name.empty()) throw Rejected("this name is empty");
  const auto is_bad = [](unsigned char c) {
    return c <= 0x20 || c == 0x7f || c == ':' || c == '/';
  };
  // the highest number means "unchanged" to chown(2)
  if (name.starts_with('-') || name.size() > 256 || std::any_of(name.begin(), name.end(), is_bad) ||
      number(name) == std::numeric_limits<unsigned>::max())
    throw Rejected::because("'{}' is not the name of an account", name);
}

}  // namespace overlayd
