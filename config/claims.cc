#include "config/claims.h"

#include <map>
#include <set>
#include <string>

#include "base/path.h"
#include "config/aliases.h"

namespace overlayd {
namespace {

// One overlay of a service.
struct Claim {
  const ServiceBlock* block;
  size_t index;

  const OverlayConfig& overlay() const { return block->config.overlays[index]; }
  std::string path() const { return quoted_path(block->locals[index]); }
};
using Claims = std::map<std::string, Claim>;

std::string place(const Claim& claim) {
  return fmt::format("service '{}', line {}", claim.block->config.name,
                     claim.overlay().origin.line);
}

// Calls visit(ancestor) for every directory above `path`, nearest first, without "/".
template <typename Visit>
void for_each_above(const std::string& path, Visit visit) {
  for (auto above = parent_path(path); above != "/"; above = parent_path(above)) visit(above);
}

void check_names(const std::vector<ServiceBlock>& blocks, Diagnostics& diagnostics) {
  std::map<std::string, Origin> seen;
  for (const auto& block : blocks) {
    if (block.config.name.empty()) continue;
    const auto [first, is_new] = seen.emplace(block.config.name, block.name_at);
    if (!is_new)
      diagnostics.add(block.name_at,
                      fmt::format("there is a service '{}' already, in line {}: give this one "
                                  "another 'name'",
                                  block.config.name, first->second.line));
  }
}

Claims claim_paths(const std::vector<ServiceBlock>& blocks, Diagnostics& diagnostics) {
  Claims claims;
  for (const auto& block : blocks)
    for (size_t index = 0; index < block.config.overlays.size(); index++) {
      const Claim claim{&block, index};
      const auto [first, is_new] = claims.emplace(claim.overlay().local, claim);
      if (is_new) continue;
      const auto& other = first->second;
      const bool is_spelled_so = claim.path() == other.path();
      diagnostics.add(claim.overlay().origin,
                      fmt::format("{} is already claimed{} ({})", claim.path(),
                                  is_spelled_so ? "" : " as " + other.path(), place(other)));
    }
  return claims;
}

// A mount may hold another one. A symlink can neither hold something, for that would be in the
// repository's tree, nor be made in a tree that is read-only.
void check_nesting_of(const Claim& inner, const Claim& outer, Diagnostics& diagnostics) {
  const bool outer_is_symlink = outer.overlay().type == OverlayType::symlink;
  const bool inner_is_symlink = inner.overlay().type == OverlayType::symlink;
  if (!outer_is_symlink && !inner_is_symlink) return;
  diagnostics.add(inner.overlay().origin,
                  fmt::format("{} lies inside the overlay {} ({}): {}", inner.path(), outer.path(),
                              place(outer),
                              outer_is_symlink ? "nothing can be put inside a symlink"
                                               : "a symlink cannot be made in a read-only mount"));
}

void check_overlays(const Claims& claims, Diagnostics& diagnostics) {
  for (const auto& [path, inner] : claims)
    for_each_above(path, [&, &claim = inner](const std::string& above) {
      if (const auto outer = claims.find(above); outer != claims.end())
        check_nesting_of(claim, outer->second, diagnostics);
    });
}

void check_mount_against(const Claims& claims, const ServiceBlock& block,
                         Diagnostics& diagnostics) {
  const auto note = [&](const Claim& claim, std::string_view relation) {
    diagnostics.add(block.mount_at,
                    fmt::format("mount {} {} the overlay {} ({})", quoted_path(block.mount),
                                relation, claim.path(), place(claim)));
  };
  const auto mount = resolve_alias(block.mount);
  if (const auto same = claims.find(mount); same != claims.end()) note(same->second, "is");
  for_each_above(mount, [&](const std::string& above) {
    if (const auto outer = claims.find(above); outer != claims.end())
      note(outer->second, "lies inside");
  });
  const auto inner = claims.lower_bound(mount + "/");
  if (inner != claims.end() && is_at_or_below(inner->first, mount)) note(inner->second, "contains");
}

void check_mounts(const std::vector<ServiceBlock>& blocks, const Claims& claims,
                  const GlobalConfig& global, Diagnostics& diagnostics) {
  std::set<std::string> seen = {global.state_directory + "/checkouts"};
  for (const auto& block : blocks)
    if (seen.insert(resolve_alias(block.mount)).second)
      check_mount_against(claims, block, diagnostics);
}

void check_checkouts(const std::vector<ServiceBlock>& blocks, Diagnostics& diagnostics) {
  std::map<std::string, const ServiceBlock*> checkouts;
  for (const auto& block : blocks)
    if (!block.config.name.empty()) checkouts.emplace(block.config.checkout, &block);
  for (const auto& [path, inner] : checkouts)
    for_each_above(path, [&, &block = *inner](const std::string& above) {
      const auto outer = checkouts.find(above);
      if (outer == checkouts.end()) return;
      diagnostics.add(block.mount_at,
                      fmt::format("mount {} lies inside the checkout of service '{}' (line {})",
                                  quoted_path(block.mount), outer->second->config.name,
                                  outer->second->config.origin.line));
    });
}

}  // namespace

void check_claims(const std::vector<ServiceBlock>& blocks, const GlobalConfig& global,
                  Diagnostics& diagnostics) {
  check_names(blocks, diagnostics);
  const auto claims = claim_paths(blocks, diagnostics);
  check_overlays(claims, diagnostics);
  check_mounts(blocks, claims, global, diagnostics);
  check_checkouts(blocks, diagnostics);
}

}  // namespace overlayd
