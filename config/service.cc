#include "config/service.h"

#include "config/aliases.h"
#include "config/names.h"
#include "config/overlays.h"
#include "config/owner.h"
#include "config/paths.h"
#include "config/reserved.h"
#include "config/umask.h"
#include "config/values.h"

namespace overlayd {
namespace {

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
    auto overlays = read_overlays(block_, global_.state_directory);
    config().overlays = std::move(overlays.configs);
    result_.locals = std::move(overlays.locals);
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
      result_.machines.push_back(entry.value);
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
    result_.mount_at = global_.mount_at;
    const auto at = block_.read("mount", result_.mount, normalise_path);
    if (at) result_.mount_at = *at;
    config().checkout_at = result_.mount_at;
    config().checkout = resolve_alias(result_.mount) + "/" + config().name;
    if (config().name.empty()) return;
    const auto usable = diagnostics().attempt(at.value_or(result_.name_at), [&] {
      check_mount(result_.mount, config().checkout, global_.state_directory);
      return true;
    });
    if (!usable) result_.mount = global_.mount;  // what is wrong with it was said
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
