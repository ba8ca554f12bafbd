#include "config/upstreams.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "config/paths.h"
#include "config/secret_words.h"
#include "config/secrets.h"
#include "config/values.h"

namespace overlayd {
namespace {

UpstreamConfig with_defaults(UpstreamUrl url, const GlobalConfig& global, Origin origin) {
  return {.url = std::move(url),
          .ssh_key = {},
          .known_hosts = {},
          .token_file = {},
          .ca_file = {},
          .interval = global.interval,
          .depth = global.depth,
          .origin = origin};
}

// What is no path may be the secret itself, which nobody is to see.
std::string path_to_secret(const std::string& key, const std::string& text) {
  if (!text.empty() && !begins_like_path(text))
    throw Rejected::because(
        "'{}' must be the absolute path of a file: this does not begin with '/'", key);
  return normalise_path(text);
}

// A key that the transport has no use for is a mistake: what it should protect would not be. A
// token over http would be there for everybody on the way to read.
void read_credential_file(Table& block, const std::string& key, std::string& target, bool has_use,
                          std::string_view use) {
  block.read(key, target, [&](const std::string& text) {
    if (!has_use) throw Rejected::because("'{}' is for {}", key, use);
    return wants_path_to_secret(key) ? path_to_secret(key, text) : normalise_path(text);
  });
}

std::optional<UpstreamConfig> read_upstream(Table& block, const GlobalConfig& global) {
  std::optional<UpstreamUrl> url;
  if (!block.has("url")) block.missing("url");
  const auto url_at = block.read("url", url, UpstreamUrl::parse);
  // where the URL is wrong, the rest is read as if it fitted
  const auto transport = url ? std::optional(url->transport()) : std::nullopt;
  const bool https = !url || transport == Transport::https;
  const bool plain = transport == Transport::http;
  const bool ssh = !url || transport == Transport::ssh;

  auto result =
      with_defaults(url ? *url : UpstreamUrl::parse("/"), global, url_at.value_or(block.at()));
  read_credential_file(block, "ssh_key", result.ssh_key, ssh, "ssh upstreams only");
  read_credential_file(block, "known_hosts", result.known_hosts, ssh, "ssh upstreams only");
  read_credential_file(block, "token_file", result.token_file, https,
                       plain ? "https upstreams only: http would send it in clear text, so write "
                               "'https://' in the url"
                             : "https upstreams only");
  read_credential_file(block, "ca_file", result.ca_file, https, "https upstreams only");
  if (url && url->has_credential() && !result.token_file.empty())
    block.diagnostics().add(result.origin, "there is a credential in this URL and a 'token_file'");
  block.read("interval", result.interval, interval_of);
  block.read_integer("depth", result.depth, depth_of);
  block.finish();
  return url ? std::optional(std::move(result)) : std::nullopt;
}

std::string line_of(const Origin& origin) { return fmt::format("line {}", origin.line); }

}  // namespace

std::vector<UpstreamConfig> read_upstreams(Table& root, const GlobalConfig& global) {
  std::vector<UpstreamConfig> result;
  std::map<std::string, Origin> seen;
  for (auto& block : root.tables("upstreams", "[[upstreams]]", "[[upstreams]]")) {
    auto upstream = read_upstream(block, global);
    if (!upstream) continue;
    const auto [first, is_new] = seen.emplace(upstream->url.text(), upstream->origin);
    if (is_new)
      result.push_back(std::move(*upstream));
    else
      root.diagnostics().add(upstream->origin,
                             fmt::format("upstream '{}' is already in {}", upstream->url.redacted(),
                                         line_of(first->second)));
  }
  return result;
}

void check_use(const std::vector<UpstreamConfig>& declared, const std::vector<ServiceBlock>& all,
               const GlobalConfig& global, Diagnostics& diagnostics) {
  if (all.empty()) return;
  std::vector<std::string> used;
  if (global.upstream) used.push_back(global.upstream->text());
  for (const auto& block : all)
    if (block.upstream) used.push_back(block.upstream->text());
  for (const auto& upstream : declared) {
    const auto& url = upstream.url.text();
    if (std::find(used.begin(), used.end(), url) == used.end())
      diagnostics.add(upstream.origin, fmt::format("no [[services]] block follows '{}'", url),
                      nearest(url, used).value_or(""));
  }
}

std::vector<UpstreamConfig> followed_upstreams(const std::vector<UpstreamConfig>& declared,
                                               const std::vector<ServiceBlock>& blocks,
                                               const GlobalConfig& global,
                                               Diagnostics& diagnostics) {
  std::map<std::string, const UpstreamConfig*> by_url;
  for (const auto& upstream : declared) by_url.emplace(upstream.url.text(), &upstream);

  std::vector<UpstreamConfig> result;
  std::map<std::string, size_t> index;
  for (const auto& block : blocks) {
    if (!block.upstream) continue;
    const auto& url = *block.upstream;
    const auto [entry, is_new] = index.emplace(url.text(), result.size());
    if (is_new) {
      const auto known = by_url.find(url.text());
      result.push_back(known == by_url.end() ? with_defaults(url, global, block.upstream_at)
                                             : *known->second);
    }
    auto& upstream = result[entry->second];
    if (!url.has_credential() || upstream.url == url) continue;
    if (!upstream.url.has_credential() && upstream.token_file.empty())
      upstream.url = upstream.url.with_credential_of(url);
    else
      diagnostics.add(block.upstream_at, fmt::format("upstream '{}' has another credential in {}",
                                                     url.redacted(), line_of(upstream.origin)));
  }
  return result;
}

}  // namespace overlayd
