#include "config/config.h"

#include <algorithm>

#include "base/error.h"

namespace overlayd {

const UpstreamConfig& Config::upstream_of(const ServiceConfig& service) const {
  const auto match = std::find_if(
      upstreams.begin(), upstreams.end(),
      [&](const UpstreamConfig& upstream) { return upstream.url.text() == service.upstream; });
  if (match == upstreams.end())
    throw Error::of("service '{}' is not of this configuration", service.name);
  return *match;
}

}  // namespace overlayd
