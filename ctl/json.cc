#include "ctl/json.h"

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace overlayd::ctl {
namespace {

using Json = nlohmann::json;

// What the dictionaries in a list have, docs/dbus.md: on the bus a member without a value is left
// out, and there is no null. Whoever reads JSON finds each of them.
const std::map<std::string, std::vector<const char*>>& members() {
  static const std::map<std::string, std::vector<const char*>> members{
      {"services", {"name",       "unit",        "upstream",        "branch",
                    "state",      "condition",   "doing",           "doing_since",
                    "deployed",   "deployed_at", "deployed_author", "deployed_subject",
                    "fetched_at", "in_sync",     "upstream_commit", "upstream_subject",
                    "by",         "reason",      "revision",        "since",
                    "until",      "ends_with",   "error",           "error_hint",
                    "error_of",   "error_at",    "retry_at",        "problems",
                    "unit_state", "note",        "overlays"}},
      {"problems", {"of", "error", "error_hint", "error_at", "retry_at"}},
      {"overlays", {"local", "link", "type", "kind", "tree", "live", "still"}},
      {"results",
       {"name", "outcome", "from", "to", "subject", "state", "message", "hint", "by", "reason",
        "revision", "since", "until", "ends_with"}},
      {"plans",
       {"name", "from", "to", "subject", "steps", "files", "more_files", "outcome", "message",
        "hint", "state", "by", "reason", "revision", "since", "until", "ends_with"}},
      {"files", {"local", "status", "path"}},
      {"entries",
       {"at", "verb", "by", "reason", "revision", "from", "commit", "subject", "author", "outcome",
        "message", "deployment"}}};
  return members;
}

void complete(Json& list, const std::string& key) {
  const auto wanted = members().find(key);
  if (wanted == members().end()) return;
  for (auto& dict : list)
    for (const char* member : wanted->second)
      if (dict.is_object() && !dict.contains(member)) dict[member] = nullptr;
}

Json json_of(const Value& value);

struct Convert {
  Json operator()(const List& list) const {
    Json array = Json::array();
    for (const auto& item : list) array.push_back(json_of(item));
    return array;
  }
  Json operator()(const Dict& dict) const {
    Json object = Json::object();
    for (const auto& [key, item] : dict) {
      object[key] = json_of(item);
      if (object[key].is_array()) complete(object[key], key);
    }
    return object;
  }
  template <typename T>
  Json operator()(const T& value) const {
    return value;
  }
};

Json json_of(const Value& value) { return std::visit(Convert{}, value.data()); }

}  // namespace

std::string to_json(const Value& value) {
  return json_of(value).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace overlayd::ctl
