#include "daemon/advice.h"

#include <fmt/core.h>

namespace overlayd {
namespace {

bool speaks_of(const git::Failure& failure, std::string_view words) {
  return failure.message.find(words) != std::string::npos;
}

std::string about_certificate(const UpstreamConfig& upstream) {
  if (upstream.ca_file.empty())
    return "if it has an authority of its own, name that one's certificate as ca_file in "
           "[[upstreams]] of services.toml";
  return fmt::format("was the server's certificate signed by an authority in {} (ca_file)?",
                     upstream.ca_file);
}

std::string about_token(const UpstreamConfig& upstream) {
  if (!upstream.token_file.empty())
    return fmt::format("is the token in {} (token_file) valid, and may it read this repository?",
                       upstream.token_file);
  if (upstream.url.has_credential())
    return "are user and password in the URL right, and may they read this repository?";
  return "for a private repository, name a token_file in [[upstreams]] of services.toml";
}

std::string about_host_key(const UpstreamConfig& upstream) {
  const std::string how = fmt::format("(ssh-keyscan {} shows what it has)", upstream.url.host());
  if (upstream.known_hosts.empty())
    return fmt::format(
        "name a known_hosts with the server's key in [[upstreams]] of services.toml {}", how);
  return fmt::format("is the server's key in {} (known_hosts)? {}", upstream.known_hosts, how);
}

std::string about_key(const UpstreamConfig& upstream) {
  if (upstream.ssh_key.empty())
    return "name an ssh_key in [[upstreams]] of services.toml, and let it in at the server";
  return fmt::format("does the server let {} (ssh_key) in, for the user in the URL?",
                     upstream.ssh_key);
}

}  // namespace

std::string advice(const git::Failure& failure, const UpstreamConfig& upstream) {
  if (failure.kind != git::FailureKind::denied) return "";
  switch (upstream.url.transport()) {
    case Transport::https:
    case Transport::http:
      return speaks_of(failure, "ertificate") || speaks_of(failure, "server verification")
                 ? about_certificate(upstream)
                 : about_token(upstream);
    case Transport::ssh:
      return speaks_of(failure, "ost key") || speaks_of(failure, "HOST IDENTIFICATION")
                 ? about_host_key(upstream)
                 : about_key(upstream);
    case Transport::file:
    case Transport::path:
      break;
  }
  return "";
}

}  // namespace overlayd
