// A tree of plain values: what the D-Bus API answers with, and what --json prints.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace overlayd {

class Value;
using List = std::vector<Value>;
using Dict = std::map<std::string, Value>;

class Value {
 public:
  using Data = std::variant<bool, int64_t, double, std::string, List, Dict>;

  Value() : data_(Dict{}) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(static_cast<int64_t>(value)) {}
  Value(int64_t value) : data_(value) {}
  Value(uint64_t value) : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(List value) : data_(std::move(value)) {}
  Value(Dict value) : data_(std::move(value)) {}

  const Data& data() const { return data_; }

  // The value if it is of that type, else an empty one: readers of an answer need no branches for
  // what an older daemon leaves out.
  std::string text() const;
  int64_t number() const;
  bool truth() const;
  const List& list() const;
  const Dict& dict() const;
  // The member `key` of a Dict, or an empty Dict.
  const Value& at(const std::string& key) const;
  bool has(const std::string& key) const;

  bool operator==(const Value&) const = default;

 private:
  Data data_;
};

// About as many bytes as it takes in a message.
size_t size_of(const Value& value);

}  // namespace overlayd
