// Reading one TOML table: every key is asked for by name and type, wrong types are noted, and
// finish() notes the keys that nobody asked for.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.h"

namespace overlayd {

template <typename T>
struct Located {
  T value;
  Origin at;
};
using Text = Located<std::string>;

Origin origin_of(const toml::node& node);

// A check, which throws Rejected, as a rule that returns the text as it is.
template <auto Check>
std::string checked(const std::string& text) {
  Check(text);
  return text;
}

class Table {
 public:
  // `title` names the table in messages: "[[services]]". Both references must outlive this object.
  Table(const toml::table& table, std::string title, Diagnostics& diagnostics);

  Origin at() const { return origin_of(*table_); }
  Diagnostics& diagnostics() const { return *diagnostics_; }

  // Each returns none (or an empty list) if the key is missing or has another type.
  std::optional<Text> text(const std::string& key);
  std::optional<Located<int64_t>> integer(const std::string& key);
  std::vector<Text> texts(const std::string& key);  // one string, or a list of them
  std::optional<Table> table(const std::string& key, std::string title);
  // `example` tells how it is written.
  std::vector<Table> tables(const std::string& key, const std::string& title,
                            std::string_view example);
  const toml::node* node(const std::string& key);  // of any type

  // Sets `target` to rule(text) or rule(integer) if the key is there and the rule does not throw
  // Rejected. Returns where the value stands.
  template <typename Target, typename Rule>
  std::optional<Origin> read(const std::string& key, Target& target, Rule rule) {
    return apply(text(key), target, rule);
  }
  template <typename Target, typename Rule>
  std::optional<Origin> read_integer(const std::string& key, Target& target, Rule rule) {
    return apply(integer(key), target, rule);
  }

  bool empty() const { return table_->empty(); }
  bool has(const std::string& key) const { return table_->contains(key); }
  // Notes that `key` is missing, unless some other key looks like a misspelling of it: finish()
  // tells about that one.
  void missing(const std::string& key, std::string_view remark = {});
  void wrong_type(const std::string& key, const toml::node& node, std::string_view wanted);
  void finish();

 private:
  template <typename T, typename Target, typename Rule>
  std::optional<Origin> apply(const std::optional<Located<T>>& found, Target& target, Rule rule) {
    if (!found) return std::nullopt;
    auto value = diagnostics_->attempt(found->at, [&] { return rule(found->value); });
    if (value) target = std::move(*value);
    return found->at;
  }

  const toml::table* table_;
  std::string title_;
  Diagnostics* diagnostics_;
  std::vector<std::string> known_;
};

}  // namespace overlayd
