#include "config/umask.h"

#include <charconv>

#include "base/text.h"

namespace overlayd {
namespace {

mode_t checked(int64_t value) {
  if (value < 0 || value > 0777) throw Rejected("a umask is between 0000 and 0777");
  return static_cast<mode_t>(value);
}

mode_t from_text(std::string_view text) {
  int64_t value = 0;
  const std::string_view digits = text.starts_with("0o") ? text.substr(2) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw Rejected::because("'{}' is not a umask: write it in octal, such as \"0027\"", text);
  return checked(value);
}

// A bare 27 is twenty-seven to TOML, and to nobody who thinks of permissions.
mode_t from_integer(const toml::value<int64_t>& integer) {
  const int64_t value = integer.get();
  // the two lowest flags say in which base it was written
  const auto base = integer.flags() & toml::value_flags::format_as_hexadecimal;
  const bool octal = base == toml::value_flags::format_as_octal;
  if (!octal && (value < 0 || value > 7))
    throw Rejected::because("{} could be meant as octal or decimal: write \"0{}\" or 0o0{}", value,
                            value, value);
  return checked(value);
}

}  // namespace

std::optional<mode_t> read_umask(Table& block) {
  const auto* node = block.node("umask");
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string())
    return block.diagnostics().attempt(origin_of(*node), [&] { return from_text(text->get()); });
  if (const auto* integer = node->as_integer())
    return block.diagnostics().attempt(origin_of(*node), [&] { return from_integer(*integer); });
  block.wrong_type("umask", *node, "a string such as \"0027\"");
  return std::nullopt;
}

}  // namespace overlayd
