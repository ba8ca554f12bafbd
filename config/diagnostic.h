// What is wrong with a services.toml, told the way compilers do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/origin.h"
#include "config/rejected.h"

namespace overlayd {

// Every text in it is printable and free of credentials; that a message does not repeat a secret
// value is up to who writes it.
struct Diagnostic {
  std::string file;  // empty where the message names it
  int line = 0;      // from 1; 0: the file as a whole
  int column = 0;    // in characters, from 1
  std::string message;
  std::string suggestion;  // what was probably meant; empty if nothing is near
  std::string source;      // the offending line, cut around the column if it is long
  size_t caret = 0;        // which character of `source`, from 0

  // "file:line:column: message (did you mean 'suggestion'?)"
  std::string text() const;
};

// Each diagnostic's text, its line of the file and a caret below.
std::string render(const std::vector<Diagnostic>& diagnostics);

// Collects what is wrong in one file.
class Diagnostics {
 public:
  // `content` must outlive this object.
  Diagnostics(std::string file, std::string_view content);

  void add(Origin at, std::string_view message, std::string_view suggestion = {});
  void add(Origin at, const Rejected& rejected) { add(at, rejected.what(), rejected.suggestion()); }

  // The result of `rule()`; if that throws Rejected, none, and the reason is noted.
  template <typename Rule>
  std::optional<std::invoke_result_t<Rule>> attempt(Origin at, Rule rule) {
    try {
      return rule();
    } catch (const Rejected& rejected) {
      add(at, rejected);
      return std::nullopt;
    }
  }

  bool empty() const { return found_.empty(); }
  // Whether that line must not be quoted as it stands.
  bool has_credential(Origin at) const;
  // Without what ends it; from 1. Empty if there is no such line.
  std::string_view line(int number) const;
  const std::string& file() const { return file_; }
  // Everything noted, in the order of the file; nobody reads thousands, so there is an upper limit.
  std::vector<Diagnostic> sorted() const;

 private:
  size_t secret_in(int number) const;

  std::string file_;
  std::vector<std::string_view> lines_;
  std::vector<size_t> secrets_;  // of each line, see find_secrets
  std::vector<Diagnostic> found_;
};

}  // namespace overlayd
