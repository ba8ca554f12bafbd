#include "git/fetch/credential.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "git/fetch/quote.h"

namespace overlayd::git {
namespace {

constexpr const char* scheme_variable = "OVERLAYD_SCHEME";
constexpr const char* host_variable = "OVERLAYD_HOST";
constexpr const char* user_variable = "OVERLAYD_USER_FILE";
constexpr const char* token_variable = "OVERLAYD_TOKEN_FILE";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// git-credential(1): lines of key=value up to an empty line or the end.
std::map<std::string, std::string> read_question() {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = read(STDIN_FILENO, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<size_t>(count));
  std::map<std::string, std::string> question;
  for (const auto& line : split(text, '\n')) {
    const size_t equals = line.find('=');
    if (equals != std::string::npos) question[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return question;
}

}  // namespace

std::vector<std::string> credential_environment(const Upstream& upstream,
                                                const std::string& user_file,
                                                const std::string& token_file) {
  return {fmt::format("{}={}", scheme_variable, upstream.scheme),
          fmt::format("{}={}", host_variable, upstream.host),
          fmt::format("{}={}", user_variable, user_file),
          fmt::format("{}={}", token_variable, token_file)};
}

std::string credential_helper(const std::string& program) {
  // "!": a command line for the shell, not the name of one of git's own helpers
  return fmt::format("!{} {}", shell_quoted(program), credential_mode);
}

std::string read_token(const std::string& file) {
  if (file.empty()) return "";
  const std::string content = read_file_if_any(AT_FDCWD, file).value_or("");
  return std::string(trim(split(trim(content), '\n').front()));
}

void answer_credential_question(const std::string& operation) {
  auto question = read_question();
  const bool ours = operation == "get" && !question["host"].empty() &&
                    question["protocol"] == variable(scheme_variable) &&
                    question["host"] == variable(host_variable);
  if (!ours) return;
  const std::string token = read_token(variable(token_variable));
  // a URL may hold a user alone, which then is a token; with a token alone any user will do
  const std::string user = read_token(variable(user_variable));
  if (token.empty() && user.empty()) return;
  write_all(STDOUT_FILENO,
            fmt::format("username={}\npassword={}\n", user.empty() ? "git" : user, token));
}

}  // namespace overlayd::git
