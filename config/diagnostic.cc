#include "config/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "config/excerpt.h"
#include "config/secrets.h"

namespace overlayd {
namespace {

constexpr size_t max_diagnostics = 1000;

std::vector<std::string_view> lines_of(std::string_view content) {
  std::vector<std::string_view> lines;
  while (!content.empty()) {
    const size_t end = content.find('\n');
    std::string_view line = content.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
  }
  return lines;
}

}  // namespace

std::string Diagnostic::text() const {
  std::string result = file;
  if (line > 0) result += fmt::format(":{}:{}", line, column);
  if (!result.empty()) result += ": ";
  result += message;
  if (!suggestion.empty()) result += fmt::format(" (did you mean '{}'?)", suggestion);
  return result;
}

std::string render(const std::vector<Diagnostic>& diagnostics) {
  std::string result;
  for (const auto& diagnostic : diagnostics) {
    result += diagnostic.text() + "\n";
    if (diagnostic.source.empty()) continue;
    result += fmt::format("{:5} | {}\n", diagnostic.line, diagnostic.source);
    result += fmt::format("      | {}^\n", std::string(diagnostic.caret, ' '));
  }
  return result;
}

Diagnostics::Diagnostics(std::string file, std::string_view content)
    : file_(std::move(file)), lines_(lines_of(content)), secrets_(find_secrets(lines_)) {}

std::string_view Diagnostics::line(int number) const {
  const auto index = static_cast<size_t>(number) - 1;  // 0 wraps around: no such line
  return index < lines_.size() ? lines_[index] : std::string_view{};
}

size_t Diagnostics::secret_in(int number) const {
  const auto index = static_cast<size_t>(number) - 1;
  return index < secrets_.size() ? secrets_[index] : std::string_view::npos;
}

bool Diagnostics::has_credential(Origin at) const {
  return secret_in(at.line) != std::string_view::npos ||
         hide_credentials(line(at.line)) != line(at.line);
}

void Diagnostics::add(Origin at, std::string_view message, std::string_view suggestion) {
  if (found_.size() > max_diagnostics) return;
  if (found_.size() == max_diagnostics) {
    at = {.line = static_cast<int>(lines_.size()) + 1, .column = 1};
    message = "too much is wrong with this file: the rest is not shown";
    suggestion = {};
  }
  auto shown = excerpt(line(at.line), at.column, secret_in(at.line));
  found_.push_back({.file = printable(file_),
                    .line = at.line,
                    .column = at.column,
                    .message = printable(hide_credentials(message)),
                    .suggestion = printable(hide_credentials(suggestion)),
                    .source = std::move(shown.text),
                    .caret = shown.caret});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto result = found_;
  const auto place = [](const Diagnostic& d) { return std::tuple(d.line, d.column); };
  std::stable_sort(result.begin(), result.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return result;
}

}  // namespace overlayd
