#include "git/fetch/settings.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "git/fetch/credential.h"
#include "git/fetch/quote.h"
#include "git/proxy.h"

namespace overlayd::git {
namespace {

std::string if_there(const std::string& path) {
  return access(path.c_str(), R_OK) == 0 ? path : std::string();
}

std::string file_or_none(const std::string& path) {
  return path.empty() ? "none" : ssh_quoted(path);
}

// Whose certificates are trusted: the private CA's alone, or those that the system trusts. Left
// alone, curl reads a folder that holds each of the latter twice, and that takes 23 ms of every
// connection.
std::string trust_config(const Mirror& mirror, const Secrets& secrets) {
  const std::string file =
      secrets.ca.empty() ? if_there("/etc/ssl/certs/ca-certificates.crt") : secrets.ca;
  if (file.empty()) return "";
  return fmt::format("\tsslCAInfo = {}\n\tsslCAPath = {}\n", config_quoted(file),
                     config_quoted(mirror.empty_folder()));
}

void pass_proxy_settings_on(std::vector<std::string>& environment) {
  for (const char* name : proxy_variables)
    if (const char* value = std::getenv(name))
      environment.push_back(fmt::format("{}={}", name, value));
}

}  // namespace

Secrets::Secrets(const std::string& folder)
    : user(if_there(folder + "/user")),
      token(if_there(folder + "/token")),
      ssh_key(if_there(folder + "/ssh_key")),
      known_hosts(if_there(folder + "/known_hosts")),
      ca(if_there(folder + "/ca")) {}

std::string mirror_config(const Upstream& upstream) {
  return fmt::format(R"([core]
	repositoryformatversion = 1
	bare = true
[remote "origin"]
	url = {}
	promisor = true
	partialCloneFilter = blob:none
	tagOpt = --no-tags
)",
                     config_quoted(upstream.url));
}

std::string global_config(const Mirror& mirror, const Secrets& secrets,
                          const std::string& program) {
  // fsync: the mirror can always be fetched again, and waiting for the disk doubles a fetch.
  // safe.directory: an upstream may be a folder that belongs to somebody else.
  // uploadpack: for such a folder, ours is the server.
  // fsck: it looks at whole repositories, and would stop all services of an upstream for an oddity
  // in one tree. What matters of it overlayd-git refuses, tree by tree; hashes are verified all the
  // same.
  std::string text = R"([core]
	hooksPath = /dev/null
	fsync = none
[safe]
	directory = *
[gc]
	auto = 0
[maintenance]
	auto = false
[transfer]
	fsckObjects = false
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[protocol]
	version = 2
[http]
	followRedirects = initial
	lowSpeedLimit = 1000
	lowSpeedTime = 30
)";
  text += trust_config(mirror, secrets);
  if (!secrets.token.empty() || !secrets.user.empty())
    text += fmt::format("[credential]\n\thelper = {}\n", config_quoted(credential_helper(program)));
  return text;
}

std::string ssh_config(const Secrets& secrets) {
  const bool own_hosts = !secrets.known_hosts.empty();
  return fmt::format(R"(BatchMode yes
StrictHostKeyChecking yes
UserKnownHostsFile {}
GlobalKnownHostsFile {}
IdentitiesOnly yes
IdentityFile {}
IdentityAgent none
UpdateHostKeys no
CheckHostIP no
ClearAllForwardings yes
ConnectTimeout 20
ServerAliveInterval 10
ServerAliveCountMax 3
)",
                     file_or_none(secrets.known_hosts),
                     own_hosts ? "none" : "/etc/ssh/ssh_known_hosts",
                     file_or_none(secrets.ssh_key));
}

std::vector<std::string> git_environment(const Upstream& upstream, const Mirror& mirror,
                                         const Secrets& secrets) {
  const std::string folder = mirror.own_folder();
  auto environment = credential_environment(upstream, secrets.user, secrets.token);
  for (std::string variable :
       {std::string("LC_ALL=C"), std::string("PATH=/usr/bin:/bin"), "HOME=" + folder,
        "GIT_DIR=" + mirror.path(), std::string("GIT_CONFIG_NOSYSTEM=1"),
        fmt::format("GIT_CONFIG_GLOBAL={}/{}", folder, global_config_name),
        std::string("GIT_TERMINAL_PROMPT=0"), std::string("GIT_NO_LAZY_FETCH=1"),
        "GIT_ALLOW_PROTOCOL=" + upstream.scheme,
        fmt::format("GIT_SSH_COMMAND=ssh -F {}", shell_quoted(folder + "/" + ssh_config_name)),
        std::string("GIT_SSH_VARIANT=ssh")})
    environment.push_back(std::move(variable));
  pass_proxy_settings_on(environment);
  return environment;
}

}  // namespace overlayd::git
