#include "base/wire.h"

#include <cstring>

#include "base/error.h"

namespace overlayd {

void WireWriter::number(uint64_t value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes_.append(raw, sizeof raw);
}

void WireWriter::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
}

void WireWriter::texts(const std::vector<std::string>& values) {
  number(values.size());
  for (const auto& value : values) text(value);
}

uint64_t WireReader::number() {
  uint64_t value = 0;
  if (rest_.size() < sizeof value) throw Error("malformed message: it ends too early");
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

uint64_t WireReader::number_up_to(uint64_t limit) {
  const uint64_t value = number();
  if (value > limit) throw Error::of("malformed message: {} is above {}", value, limit);
  return value;
}

std::string WireReader::text() {
  const uint64_t size = number_up_to(rest_.size());
  if (size > rest_.size()) throw Error("malformed message: a text is longer than the message");
  std::string value(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return value;
}

std::vector<std::string> WireReader::texts() {
  // each text takes at least its length's eight bytes
  const uint64_t count = number_up_to(rest_.size() / sizeof(uint64_t));
  std::vector<std::string> values;
  values.reserve(count);
  for (uint64_t i = 0; i < count; i++) values.push_back(text());
  return values;
}

void WireReader::end() const {
  if (!rest_.empty()) throw Error("malformed message: it is longer than it should be");
}

}  // namespace overlayd
