#include "ctl/json.h"

#include <nlohmann/json.hpp>

namespace overlayd::ctl {
namespace {

using Json = nlohmann::json;

Json json_of(const Value& value);

struct Convert {
  Json operator()(const List& list) const {
    Json array = Json::array();
    for (const auto& item : list) array.push_back(json_of(item));
    return array;
  }
  Json operator()(const Dict& dict) const {
    Json object = Json::object();
    for (const auto& [key, item] : dict) object[key] = json_of(item);
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
