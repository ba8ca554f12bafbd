#include "config/service.h"

#include "config/owner.h"
#include "config/paths.h"
#include "config/rules.h"
#include "config/umask.h"

namespace overlayd {
namespace {

OverlayType type_named(const std::string& text) {
  if (text == "bind") return OverlayType::bind;
  if (text == "symlink") return OverlayType::symlink;
  throw Rejected::because("unknown type '{}': there are bind and symlink", text);
}

class BlockReader {
 public:
  BlockReader(Table block, const GlobalConfig& global, const Host& host)
      : block_(std::move(block)), global_(global), host_(host) {}

  ServiceBlock read() {
    config().origin = block_.at();
    read_unit_and_name();
    read_machine();
    read_upstream();
    read_packages();
    read_owner();
    block_.read("action", config().action, action_of);
    read_mount();
    read_overlays();
    block_.finish();
    return std::move(result_);
  }

 private:
  ServiceConfig& config() { return result_.config; }
  Diagnostics& diagnostics() { return block_.diagnostics(); }

  void read_unit_and_name() {
    if (!block_.has("service")) block_.missing("service");
    const auto unit_at = block_.read("service", config().unit, [](const std::string& text) {
      auto unit = complete_unit(text);
      if (unit == "overlayd.service") throw Rejected("overlayd does not act on itself");
      return unit;
    });
    result_.name_at = unit_at.value_or(block_.at());
    if (block_.has("name")) {
      if (const auto at = block_.read("name", config().name, checked<check_name>))
        result_.name_at = *at;
    } else if (!config().unit.empty()) {
      const auto name = diagnostics().attempt(
          result_.name_at, [&] { return checked<check_name>(default_name(config().unit)); });
      config().name = name.value_or("");
    }
  }

  void read_machine() {
    const bool for_every_machine = !block_.has("machine");
    result_.for_this_machine = for_every_machine;
    for (const auto& entry : block_.texts("machine")) {
      const auto is_meant =
          diagnostics().attempt(entry.at, [&] { return matches(entry.value, host_); });
      if (is_meant.value_or(false)) result_.for_this_machine = true;
    }
  }

  void read_upstream() {
    config().branch = global_.branch;
    block_.read("branch", config().branch, checked<check_branch>);
    result_.upstream = global_.upstream;
    result_.upstream_at = block_.at();
    if (const auto at = block_.read("upstream", result_.upstream, UpstreamUrl::parse))
      result_.upstream_at = *at;
    else if (!global_.upstream && !block_.has("upstream"))
      block_.missing("upstream", ", and [global] has none");
    if (result_.upstream) config().upstream = result_.upstream->text();
  }

  void read_packages() {
    for (const auto& entry : block_.texts("package")) {
      auto package =
          diagnostics().attempt(entry.at, [&] { return checked<check_package>(entry.value); });
      if (package) config().packages.push_back(std::move(*package));
    }
  }

  // An account that is missing now may come with a package; one that can never be is always wrong.
  void read_owner() {
    config().user = "root";
    const auto user_at = block_.read("user", config().user, checked<check_account>);
    const auto group_at = block_.read("group", config().group, checked<check_account>);
    config().umask = read_umask(block_).value_or(config().umask);
    if (!result_.for_this_machine || block_.has("package")) return;
    // each by itself, so that both can be told
    if (user_at)
      diagnostics().attempt(*user_at, [&] {
        return resolve_owner(config().user, config().group.empty() ? "" : "0");
      });
    if (group_at)
      diagnostics().attempt(*group_at, [&] { return resolve_owner("0", config().group); });
  }

  void read_mount() {
    result_.mount = global_.mount;
    result_.mount_at = global_.origin;
    const auto at = block_.read("mount", result_.mount, normalise_path);
    if (at) result_.mount_at = *at;
    config().checkout = result_.mount + "/" + config().name;
    if (config().name.empty()) return;
    const auto usable = diagnostics().attempt(at.value_or(result_.name_at), [&] {
      check_mount(result_.mount, config().checkout, global_.state_directory);
      return true;
    });
    if (!usable) result_.mount = global_.mount;  // what is wrong with it was said
  }

  void read_overlays() {
    if (!block_.has("dirs")) block_.missing("dirs");
    const auto* node = block_.node("dirs");
    if (node != nullptr && node->is_array() && node->as_array()->empty())
      diagnostics().add(origin_of(*node), "'dirs' is an empty list");
    constexpr const char* example = "dirs = [{ local = …, link = … }]";
    for (auto& table : block_.tables("dirs", "entry of dirs", example)) read_overlay(table);
    check_extent();
  }

  // All links of a service travel in one message, and so does what is found at them.
  void check_extent() {
    constexpr size_t max_bytes = 90'000;
    constexpr size_t bytes_besides = 80;
    size_t bytes = 0;
    for (const auto& overlay : config().overlays) bytes += overlay.link.size() + bytes_besides;
    if (bytes > max_bytes)
      diagnostics().add(
          config().origin,
          fmt::format("this service has {} overlays, which is more than fits into one round: "
                      "spread them over several services",
                      config().overlays.size()));
  }

  void read_overlay(Table& table) {
    OverlayConfig overlay;
    if (!table.has("local")) table.missing("local");
    if (!table.has("link")) table.missing("link");
    overlay.origin = table.at();
    const auto local_at = table.read("local", overlay.local, [&](const std::string& text) {
      auto path = normalise_path(text);
      check_local(path, global_.state_directory);
      return path;
    });
    if (local_at) overlay.origin = *local_at;
    table.read("link", overlay.link, normalise_link);
    table.read("type", overlay.type, type_named);
    table.read("action", overlay.action, action_of);
    table.finish();
    if (!overlay.local.empty()) config().overlays.push_back(std::move(overlay));
  }

  Table block_;
  const GlobalConfig& global_;
  const Host& host_;
  ServiceBlock result_;
};

}  // namespace

ServiceBlock read_service(Table block, const GlobalConfig& global, const Host& host) {
  return BlockReader(std::move(block), global, host).read();
}

}  // namespace overlayd
