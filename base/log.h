// Structured log lines: to the journal when stderr is connected to it, else to stderr as text.
//
// What a person needs is in the message; what a program filters by is in the fields.
#pragma once

#include <fmt/core.h>
#include <syslog.h>

#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// "OVERLAYD_SERVICE=grafana"; the name part in capitals, as journald wants it.
using LogFields = std::vector<std::string>;

// `priority` is one of syslog's: LOG_INFO, LOG_WARNING, LOG_ERR, ….
void log_line(int priority, std::string_view message, const LogFields& fields = {});

template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LOG_INFO, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LOG_WARNING, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LOG_ERR, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_critical(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LOG_CRIT, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace overlayd
