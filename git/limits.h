// What no folder of configuration files reaches, for both sides: beyond it, somebody wants to fill
// the disk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace overlayd::git {

constexpr size_t max_entries = 200'000;
constexpr size_t max_tree_depth = 64;
constexpr size_t max_file_bytes = size_t{256} << 20;
constexpr uint64_t max_total_bytes = uint64_t{4} << 30;

}  // namespace overlayd::git
