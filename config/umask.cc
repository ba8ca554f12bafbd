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

// A bare 27 is twenty-seven to TOML, and to nobody who thinks of permissions; in 18 or 0x12 there
// is nothing octal to see.
[[noreturn]] void refuse_number(mode_t value, bool is_decimal) {
  const std::string digits = std::to_string(value);
  if (is_decimal && digits.find_first_of("89") == std::string::npos)
    throw Rejected::because(
        "{} could be meant as octal or decimal: write it as a string in octal: \"{:0>4}\" or "
        "\"{:04o}\"",
        digits, digits, value);
  throw Rejected::because("this umask is not octal: write it as a string in octal: \"{:04o}\"",
                          value);
}

mode_t from_integer(const toml::value<int64_t>& integer) {
  const mode_t value = checked(integer.get());
  // the two lowest flags say in which base it was written
  const auto base = integer.flags() & toml::value_flags::format_as_hexadecimal;
  const bool is_octal = base == toml::value_flags::format_as_octal;
  if (!is_octal && value > 7) refuse_number(value, base == toml::value_flags::none);
  return value;
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
