// Shared by the tests of config/.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "config/parse.h"

namespace overlayd::test {

inline Host this_machine() {
  return {.name = "grafana.atoom.net", .addresses = {"192.0.2.7", "2001:db8::7"}};
}

inline ParseResult parse(const std::string& text) {
  return parse_text(text, "services.toml", this_machine());
}

// Every diagnostic as "line:column: message".
inline std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> result;
  const std::string file = "services.toml:";
  for (const auto& diagnostic : parse(text).diagnostics) {
    const auto line = diagnostic.text();
    result.push_back(line.substr(line.starts_with(file) ? file.size() : 0));
  }
  return result;
}

// A service on lines 1 to 4 that is valid as it is, and takes more lines from line 5 on.
inline std::string service_with(const std::string& more) {
  return "[[services]]\n"
         "upstream = 'https://example.org/r'\n"
         "service = 'web'\n"
         "dirs = [{ local = '/etc/web', link = 'web' }]\n" +
         more + "\n";
}

using Problems = std::vector<std::string>;

// A text and everything that is to be said about it.
struct Case {
  std::string name;
  std::string text;
  Problems problems;
};
inline void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
inline std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}
inline void expect_told(const Case& test) {
  EXPECT_EQ(problems(test.text), test.problems);
  EXPECT_EQ(parse(test.text).config.has_value(), test.problems.empty());
}

}  // namespace overlayd::test
