#include "base/value.h"

namespace overlayd {
namespace {

template <typename T>
const T& get_or_empty(const Value::Data& data) {
  static const T empty{};
  const T* value = std::get_if<T>(&data);
  return value == nullptr ? empty : *value;
}

}  // namespace

std::string Value::text() const { return get_or_empty<std::string>(data_); }
int64_t Value::number() const { return get_or_empty<int64_t>(data_); }
bool Value::truth() const { return get_or_empty<bool>(data_); }
const List& Value::list() const { return get_or_empty<List>(data_); }
const Dict& Value::dict() const { return get_or_empty<Dict>(data_); }

const Value& Value::at(const std::string& key) const {
  static const Value empty;
  const auto found = dict().find(key);
  return found == dict().end() ? empty : found->second;
}

bool Value::has(const std::string& key) const { return dict().contains(key); }

size_t size_of(const Value& value) {
  constexpr size_t overhead = 16;  // types, lengths and padding
  size_t size = overhead + value.text().size();
  for (const auto& element : value.list()) size += size_of(element);
  for (const auto& [key, member] : value.dict()) size += overhead + key.size() + size_of(member);
  return size;
}

}  // namespace overlayd
