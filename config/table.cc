#include "config/table.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/homes.h"

namespace overlayd {
namespace {

// "an integer": for messages about a wrong type.
std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return node.is_array_of_tables() ? "a list of tables" : "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

// What to say of a key that would be right elsewhere in the file, with a ": " before it. TOML takes
// what stands below a table's head for a part of that table.
std::string misplaced(const std::string& key, const toml::node& value) {
  if (key == "services" && value.is_array())
    return ": it has to stand at the top of the file, above the first '['";
  const auto home = home_of(key);
  return home.empty() ? "" : fmt::format(": it belongs in {}", home);
}

// "token" for "token_file": the one of `keys` that `word` is the first or last part of.
std::optional<std::string> key_with_part(const std::string& word,
                                         const std::vector<std::string>& keys) {
  const auto has_part = [&](const std::string& key) {
    return key.starts_with(word + "_") || key.ends_with("_" + word);
  };
  if (std::count_if(keys.begin(), keys.end(), has_part) != 1) return std::nullopt;
  return *std::find_if(keys.begin(), keys.end(), has_part);
}

}  // namespace

Origin origin_of(const toml::node& node) {
  const auto& begin = node.source().begin;
  return {.line = static_cast<int>(begin.line), .column = static_cast<int>(begin.column)};
}

Table::Table(const toml::table& table, std::string title, Diagnostics& diagnostics)
    : table_(&table), title_(std::move(title)), diagnostics_(&diagnostics) {}

const toml::node* Table::node(const std::string& key) {
  known_.push_back(key);
  return table_->get(key);
}

void Table::wrong_type(const std::string& key, const toml::node& node, std::string_view wanted) {
  diagnostics_->add(origin_of(node),
                    fmt::format("'{}' must be {}, not {}", key, wanted, type_of(node)));
}

std::optional<Text> Table::text(const std::string& key) {
  const auto* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as_string())
    return Text{.value = text->get(), .at = origin_of(*value)};
  wrong_type(key, *value, "a string");
  return std::nullopt;
}

std::optional<Located<int64_t>> Table::integer(const std::string& key) {
  const auto* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* integer = value->as_integer())
    return Located<int64_t>{.value = integer->get(), .at = origin_of(*value)};
  wrong_type(key, *value, "an integer");
  return std::nullopt;
}

std::vector<Text> Table::texts(const std::string& key) {
  const auto* value = node(key);
  if (value == nullptr) return {};
  if (const auto* text = value->as_string()) return {{text->get(), origin_of(*value)}};
  const auto* list = value->as_array();
  if (list == nullptr) {
    wrong_type(key, *value, "a string or a list of strings");
    return {};
  }
  if (list->empty())
    diagnostics_->add(origin_of(*value), fmt::format("'{}' is an empty list", key));
  std::vector<Text> result;
  for (const auto& element : *list) {
    if (const auto* text = element.as_string())
      result.push_back({text->get(), origin_of(element)});
    else
      wrong_type(key, element, "a list of strings only");
  }
  return result;
}

std::optional<Table> Table::table(const std::string& key, std::string title) {
  const auto* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* table = value->as_table()) return Table(*table, std::move(title), *diagnostics_);
  wrong_type(key, *value, fmt::format("a table, written {}", title));
  return std::nullopt;
}

std::vector<Table> Table::tables(const std::string& key, const std::string& title,
                                 std::string_view example) {
  const auto* value = node(key);
  if (value == nullptr) return {};
  const auto* list = value->as_array();
  if (list == nullptr) {
    wrong_type(key, *value, fmt::format("a list of tables, written {}", example));
    return {};
  }
  std::vector<Table> result;
  for (const auto& element : *list) {
    if (const auto* table = element.as_table())
      result.emplace_back(*table, title, *diagnostics_);
    else
      wrong_type(key, element, "a list of tables only");
  }
  return result;
}

void Table::missing(const std::string& key, std::string_view remark) {
  for (const auto& [other, value] : *table_)
    if (nearest(other.str(), {key})) return;
  diagnostics_->add(at(), fmt::format("'{}' is missing in this {}{}", key, title_, remark));
}

void Table::finish() {
  for (const auto& [key, value] : *table_) {
    const std::string name(key.str());
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto& begin = key.source().begin;
    auto meant = nearest(name, known_);
    if (!meant) meant = key_with_part(name, known_);
    const bool is_misspelt_head = value.is_array_of_tables() && meant;
    const auto remark = is_misspelt_head ? "" : misplaced(name, value);
    diagnostics_->add(
        {.line = static_cast<int>(begin.line), .column = static_cast<int>(begin.column)},
        fmt::format("unknown key '{}' in {}{}", name, title_, remark),
        remark.empty() ? meant.value_or("") : "");
  }
}

}  // namespace overlayd
