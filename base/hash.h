// A short fingerprint of a text: tells texts apart by chance, protects nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace overlayd {

// FNV-1a, 64 bits.
constexpr uint64_t hash(std::string_view text) {
  uint64_t value = 0xcbf29ce484222325;
  for (const char character : text) {
    value ^= static_cast<unsigned char>(character);
    value *= 0x100000001b3;
  }
  return value;
}

}  // namespace overlayd
