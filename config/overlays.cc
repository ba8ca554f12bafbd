#include "config/overlays.h"

#include "config/aliases.h"
#include "config/paths.h"
#include "config/reserved.h"
#include "config/values.h"

namespace overlayd {
namespace {

OverlayType type_named(const std::string& text) {
  if (text == "bind") return OverlayType::bind;
  if (text == "symlink") return OverlayType::symlink;
  throw Rejected::because("unknown type '{}': there are bind and symlink", text);
}

void read_overlay(Table& table, const std::string& state_directory, Overlays& overlays) {
  OverlayConfig overlay;
  std::string local;
  if (!table.has("local")) table.missing("local");
  if (!table.has("link")) table.missing("link");
  const auto local_at = table.read("local", local, [&](const std::string& text) {
    auto path = normalise_path(text);
    check_local(path, state_directory);
    return path;
  });
  overlay.origin = local_at.value_or(table.at());
  table.read("link", overlay.link, normalise_link);
  table.read("type", overlay.type, type_named);
  table.read("action", overlay.action, action_of);
  table.finish();
  if (local.empty()) return;
  overlay.local = resolve_alias(local);
  overlays.configs.push_back(std::move(overlay));
  overlays.locals.push_back(std::move(local));
}

// All links of a service travel in one message, and so does what is found at them.
void check_extent(const Table& block, const std::vector<OverlayConfig>& overlays) {
  constexpr size_t max_bytes = 90'000;
  constexpr size_t bytes_besides = 80;
  size_t bytes = 0;
  for (const auto& overlay : overlays) bytes += overlay.link.size() + bytes_besides;
  if (bytes > max_bytes)
    block.diagnostics().add(
        block.at(), fmt::format("this service has {} overlays, which is more than fits into one "
                                "round: spread them over several services",
                                overlays.size()));
}

}  // namespace

Overlays read_overlays(Table& block, const std::string& state_directory) {
  Overlays result;
  if (!block.has("dirs")) block.missing("dirs");
  const auto* node = block.node("dirs");
  if (node != nullptr && node->is_array() && node->as_array()->empty())
    block.diagnostics().add(origin_of(*node), "'dirs' is an empty list");
  constexpr const char* example = "dirs = [{ local = …, link = … }]";
  for (auto& table : block.tables("dirs", "entry of dirs", example))
    read_overlay(table, state_directory, result);
  check_extent(block, result.configs);
  return result;
}

}  // namespace overlayd
