#include "daemon/service/preparation.h"

#include <fmt/core.h>

#include "base/text.h"
#include "config/owner.h"

namespace overlayd {

bool Preparation::run(Prepared prepared) {
  if (!config_.packages.empty())
    activity_.begin("waiting for apt-get to install " + join(config_.packages, " "));
  return packages_.install(
      config_.packages, config_.name,
      [this, prepared = std::move(prepared)](const std::string& missing) {
        const std::string packages = join(config_.packages, " ");
        Lack lack{missing, fmt::format("is package right in {}? Else see: apt-get update; apt-get "
                                       "install {}",
                                       in_services_toml(config_.origin), packages)};
        if (missing.empty()) lack = find_owner();
        done_ = lack.error.empty();
        prepared(lack);
      });
}

void Preparation::reset() {
  done_ = false;
  ownership_.reset();
}

Lack Preparation::find_owner() {
  try {
    const Owner owner = resolve_owner(config_.user, config_.group);
    ownership_ = Ownership{.uid = owner.uid, .gid = owner.gid, .umask = config_.umask};
    return {};
  } catch (const std::exception& unknown) {
    return {unknown.what(), fmt::format("name a user and a group of this machine in {}, or make "
                                        "them",
                                        in_services_toml(config_.origin))};
  }
}

}  // namespace overlayd
