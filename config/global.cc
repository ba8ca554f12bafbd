#include "config/global.h"

#include "config/aliases.h"
#include "config/names.h"
#include "config/paths.h"
#include "config/reserved.h"
#include "config/values.h"

namespace overlayd {
namespace {

std::string state_directory_of(const std::string& text) {
  const auto path = normalise_path(text);
  check_state_directory(path);
  return resolve_alias(path);
}

std::string default_mount(const std::string& state_directory) {
  return state_directory + "/checkouts";
}

}  // namespace

GlobalConfig read_global(Table& root) {
  GlobalConfig global;
  auto table = root.table("global", "[global]");
  if (table) {
    const auto upstream_at = table->read("upstream", global.upstream, UpstreamUrl::parse);
    // a wrong one was told; without this every service would say that it is missing
    if (upstream_at && !global.upstream) global.upstream = UpstreamUrl::parse("/");
    table->read("branch", global.branch, checked<check_branch>);
    table->read("interval", global.interval, interval_of);
    table->read_integer("depth", global.depth, depth_of);
    if (const auto at = table->read("state_directory", global.state_directory, state_directory_of))
      global.state_directory_at = *at;
  }
  global.mount = default_mount(global.state_directory);
  if (table) {
    const auto at = table->read("mount", global.mount, [&](const std::string& text) {
      const auto mount = normalise_path(text);
      check_mount(mount, mount, global.state_directory);
      return resolve_alias(mount);
    });
    global.mount_at = at.value_or(table->at());
    table->finish();
  }
  return global;
}

WebConfig read_web(Table& root) {
  WebConfig web;
  if (auto table = root.table("web", "[web]")) {
    web.origin = table->at();
    table->read("listen", web.listen, checked<check_listen>);
    table->finish();
  }
  return web;
}

}  // namespace overlayd
