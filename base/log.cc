#include "base/log.h"

#include <sys/stat.h>
#include <sys/uio.h>
// where in the code: that would always be the one call below
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <cstdlib>

#include "base/handle.h"

namespace overlayd {
namespace {

// systemd.exec(5): JOURNAL_STREAM holds device and inode of the stream that stderr is connected to.
bool stderr_is_journal() {
  const char* stream = getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

// journald finds out of which unit a line is when it gets it: too late if its writer has ended by
// then. journalctl(1) -u shows what root says of a unit as well.
std::string own_unit() {
  char* unit = nullptr;
  if (sd_pid_get_unit(0, &unit) < 0) return "";
  const Handle<char, [](char* text) { free(text); }> owned(unit);
  return fmt::format("OBJECT_SYSTEMD_UNIT={}", unit);
}

void send_to_journal(int priority, std::string_view message, const LogFields& fields) {
  std::vector<std::string> lines{fmt::format("MESSAGE={}", message),
                                 fmt::format("PRIORITY={}", priority)};
  static const std::string unit = own_unit();
  if (!unit.empty()) lines.push_back(unit);
  lines.insert(lines.end(), fields.begin(), fields.end());
  std::vector<iovec> parts;
  parts.reserve(lines.size());
  for (auto& line : lines) parts.push_back({line.data(), line.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace

void log_line(int priority, std::string_view message, const LogFields& fields) {
  static const bool to_journal = stderr_is_journal();
  if (to_journal) {
    send_to_journal(priority, message, fields);
  } else {
    fmt::print(stderr, "{}{}\n", priority <= LOG_ERR ? "error: " : "", message);
    std::fflush(stderr);
  }
}

}  // namespace overlayd
