// TOML text -> toml++ tables, without trusting the text.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string_view>

#include "config/diagnostic.h"

namespace overlayd {

constexpr size_t max_file_bytes = 4 << 20;

// None if it is not TOML or beyond reasonable limits; the reason is noted.
std::optional<toml::table> read_document(std::string_view text, Diagnostics& diagnostics);

}  // namespace overlayd
