#include "daemon/report/advice.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "daemon/state/history.h"

namespace overlayd {
namespace {

bool can_go_back(const ServiceState& state) {
  return std::any_of(state.log.begin(), state.log.end(), [&](const LogEntry& entry) {
    return entry.new_content && entry.commit.id != state.deployed.id;
  });
}

std::string about_token(const UpstreamConfig& upstream) {
  if (!upstream.token_file.empty())
    return fmt::format("is the token in {} (token_file) valid, and may it read this repository?",
                       upstream.token_file);
  if (upstream.url.has_credential())
    return "are user and password in the URL right, and may they read this repository?";
  return "no token was shown: for a private repository, name a token_file in [[upstreams]] of "
         "services.toml";
}

std::string about_key(const UpstreamConfig& upstream) {
  if (upstream.ssh_key.empty())
    return "no key was shown: name an ssh_key in [[upstreams]] of services.toml, and let it in at "
           "the server";
  const std::string& url = upstream.url.text();
  if (url.substr(0, url.find('/', url.find("://") + 3)).find('@') == std::string::npos)
    return fmt::format(
        "the URL names no user: is it git@{}, as on most servers? And does that one let {} "
        "(ssh_key) in?",
        upstream.url.host(), upstream.ssh_key);
  return fmt::format("does the server let {} (ssh_key) in, for the user in the URL?",
                     upstream.ssh_key);
}

std::string about_reading() {
  return "let that user read all of it and enter every folder on the way, or fetch it over ssh or "
         "https";
}

std::string about_credentials(const UpstreamConfig& upstream) {
  switch (upstream.url.transport()) {
    case Transport::https:
    case Transport::http:
      return about_token(upstream);
    case Transport::ssh:
      return about_key(upstream);
    case Transport::file:
    case Transport::path:
      break;
  }
  return about_reading();
}

std::string about_bad_key(const UpstreamConfig& upstream) {
  return fmt::format(
      "{0} (ssh_key) has to be a private key without a passphrase: ssh-keygen -p -f {0} takes one "
      "off",
      upstream.ssh_key);
}

// "ssh-keyscan -p 2222 git.example.org"
std::string keyscan(const UpstreamUrl& url) {
  const std::string& text = url.text();
  const size_t scheme = text.find("://");
  const std::string authority =
      scheme == std::string::npos
          ? ""
          : text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
  const size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  return fmt::format("ssh-keyscan {}{}", has_port ? "-p " + authority.substr(colon + 1) + " " : "",
                     url.host());
}

std::string about_unknown_host(const UpstreamConfig& upstream) {
  const std::string scan = keyscan(upstream.url);
  if (upstream.known_hosts.empty())
    return fmt::format(
        "no known_hosts is named in [[upstreams]] of services.toml: make one with {} "
        ">/etc/overlayd/known_hosts, and compare it with what the server's administrator says",
        scan);
  return fmt::format(
      "{} (known_hosts) lacks the server's key: add what {} shows, if the server's administrator "
      "says that it is the one",
      upstream.known_hosts, scan);
}

std::string about_changed_host(const UpstreamConfig& upstream) {
  return fmt::format(
      "if the server's administrator says that the key was changed, put what {} shows into {} "
      "(known_hosts); else somebody stands in between",
      keyscan(upstream.url),
      upstream.known_hosts.empty() ? "/etc/ssh/ssh_known_hosts" : upstream.known_hosts);
}

std::string about_certificate(const UpstreamConfig& upstream) {
  if (upstream.ca_file.empty())
    return fmt::format(
        "no ca_file is named: if {} has an authority of its own, name that one's certificate as "
        "ca_file in [[upstreams]] of services.toml",
        upstream.url.host());
  return fmt::format("is {} (ca_file) the authority that signed the certificate of {}?",
                     upstream.ca_file, upstream.url.host());
}

std::string about_place(const UpstreamConfig& upstream) {
  switch (upstream.url.transport()) {
    case Transport::file:
    case Transport::path:
      return "is it there, and a Git repository? What is in /run overlayd does not see";
    default:
      return "is its URL right? Some servers deny that there is a repository to who may not read "
             "it: " +
             about_credentials(upstream);
  }
}

}  // namespace

std::string advice(const git::Failure& failure, const UpstreamConfig& upstream,
                   const std::string& state_directory) {
  switch (failure.kind) {
    case git::FailureKind::denied:
      return about_credentials(upstream);
    case git::FailureKind::bad_key:
      return about_bad_key(upstream);
    case git::FailureKind::unknown_host:
      return about_unknown_host(upstream);
    case git::FailureKind::changed_host:
      return about_changed_host(upstream);
    case git::FailureKind::untrusted:
      return about_certificate(upstream);
    case git::FailureKind::unreadable:
      return about_reading();
    case git::FailureKind::not_found:
      return about_place(upstream);
    case git::FailureKind::full:
      return advice_on_writing(ENOSPC, state_directory);
    case git::FailureKind::internal:
    case git::FailureKind::unreachable:
    case git::FailureKind::damaged:
    case git::FailureKind::refused:
      break;
  }
  return "";
}

std::string advice_on_writing(int code, const std::string& state_directory) {
  if (code == ENOSPC || code == EDQUOT) return "df " + state_directory;
  if (code == ENOENT)
    return "somebody has removed a folder in " + state_directory +
           ": systemctl restart overlayd makes it anew";
  return "";
}

std::string advice(const UnitOutcome& outcome, const ServiceConfig& service,
                   const ServiceState& state) {
  const std::string line = in_services_toml(service.origin);
  switch (outcome.obstacle) {
    case UnitObstacle::cannot_reload:
      return fmt::format(R"(it has no reload: name action "restart" or "reload-or-restart" in {})",
                         line);
    case UnitObstacle::does_not_run:
      return fmt::format(
          R"(systemctl start {}; or have overlayd start it: action "reload-or-restart" in {})",
          service.unit, line);
    case UnitObstacle::not_found:
      return fmt::format("name the unit that is meant in {}, or install what brings it", line);
    case UnitObstacle::masked:
      return fmt::format("systemctl unmask {0}; overlayctl forward {1}; or name another in {2}",
                         service.unit, service.name, line);
    case UnitObstacle::not_read:
      return "systemctl daemon-reload; then overlayctl forward " + service.name;
    case UnitObstacle::none:
      break;
  }
  const bool goes_back = !state.pinned && can_go_back(state);
  return fmt::format("journalctl -u {}; {}once that is mended: overlayctl forward {}", service.unit,
                     goes_back ? fmt::format("overlayctl rollback {}, or ", service.name) : "",
                     service.name);
}

std::string advice(const UnitState& unit, const ServiceConfig& service) {
  const bool masked = unit.load == "masked";
  const UnitOutcome outcome{
      .ok = false, .text = "", .obstacle = masked ? UnitObstacle::masked : UnitObstacle::not_found};
  return advice(outcome, service, {});
}

std::string advice_without_older(const std::string& service, const ServiceState& state,
                                 const std::vector<std::string>& refused,
                                 const std::string& further) {
  const LogEntry* before = deployment_before(state);
  const bool had_another =
      before != nullptr &&
      std::find(refused.begin(), refused.end(), before->commit.id) == refused.end() &&
      (before->upstream.empty() || before->upstream == state.upstream);
  if (had_another)
    return fmt::format("overlayctl rollback {} '@{{1}}' goes to {}, which it had before", service,
                       before->commit.id.substr(0, 8));
  if (further.empty()) return "";
  return fmt::format("go further back: overlayctl rollback {} {}~1", service, further.substr(0, 8));
}

std::string advice_on_revisions(const std::string& service) {
  return "what it had before: overlayctl log " + service;
}

}  // namespace overlayd
