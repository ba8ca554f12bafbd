#include "daemon/upstream/mirror.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/trees/accept.h"
#include "daemon/upstream/discard.h"

namespace overlayd {
namespace {

constexpr size_t max_secret_bytes = size_t{64} * 1024;

bool is_plain(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '.' || character == '_';
}

// The folder belongs to the helpers' user and to nobody else.
void make_own_folder(const std::string& path, const Settings& settings) {
  const Fd parent = open_dir(parent_path(path));
  const Fd folder = make_dir_at(parent.get(), file_name(path), 0700);
  check(fchown(folder.get(), settings.git_uid, settings.git_gid), "cannot hand over {}", path);
}

// A key of [[upstreams]] that names a file.
struct SecretFile {
  const char* name;  // in the sandbox
  const char* key;
  const std::string& path;
};

std::vector<SecretFile> secret_files(const UpstreamConfig& upstream) {
  return {{"ssh_key", "ssh_key", upstream.ssh_key},
          {"known_hosts", "known_hosts", upstream.known_hosts},
          {"ca", "ca_file", upstream.ca_file},
          {"token", "token_file", upstream.token_file}};
}

bool is_public_key(std::string_view content) {
  return content.starts_with("ssh-") || content.starts_with("ecdsa-") || content.starts_with("sk-");
}

// What is wrong with the content of a file; empty: nothing.
std::string fault_of(const std::string& key, std::string_view content) {
  // a known_hosts that knows nobody is what ssh itself tells of
  if (content.empty()) return key == "known_hosts" ? "" : "is empty";
  if (key == "ssh_key" && is_public_key(content))
    return "is a public key: name the private one, the file without .pub";
  if (key == "token_file" && content.find('\n') != std::string_view::npos)
    return "has more than one line: it is to hold the token and nothing else";
  return "";
}

std::string read_secret(const SecretFile& file, const UpstreamConfig& upstream) {
  const std::string line = fmt::format("({}, {})", file.key, in_services_toml(upstream.origin));
  std::string content;
  try {
    content = read_file(file.path, max_secret_bytes);
  } catch (const Error& error) {
    throw Error::of("{} {}", error.what(), line);
  }
  const std::string fault = fault_of(file.key, trim(content));
  if (!fault.empty()) throw Error::of("{} {} {}", file.path, line, fault);
  return content;
}

bool is_there(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string mirror_path(const Settings& settings, const UpstreamConfig& upstream) {
  return settings.mirrors() + "/" + mirror_name(upstream.url.text()) + ".git";
}

}  // namespace

std::string mirror_name(const std::string& url) {
  std::string readable;
  const size_t scheme = url.find("://");
  for (const char character : url.substr(scheme == std::string::npos ? 0 : scheme + 3)) {
    if (is_plain(character))
      readable += character;
    else if (!readable.empty() && readable.back() != '-')
      readable += '-';
  }
  return fmt::format("{}-{:016x}", readable.substr(0, 100), hash(url));
}

Mirror::Mirror(const Settings& settings, const UpstreamConfig& upstream)
    : settings_(settings), upstream_(upstream), path_(mirror_path(settings, upstream)) {
  make_own_folder(path_, settings);
}

Sandbox Mirror::sandbox() const {
  Sandbox sandbox;
  sandbox.uid = settings_.git_uid;
  sandbox.gid = settings_.git_gid;
  sandbox.hidden = settings_.state_directory;
  return sandbox;
}

Sandbox Mirror::fetch_sandbox() const {
  Sandbox result = sandbox();
  result.network = true;
  result.visible.push_back({.path = path_, .writable = true});
  for (const auto& file : secret_files(upstream_))
    if (!file.path.empty())
      result.files.push_back({.name = file.name, .content = read_secret(file, upstream_)});
  if (!upstream_.url.user().empty())
    result.files.push_back({.name = "user", .content = upstream_.url.user()});
  if (upstream_.token_file.empty() && !upstream_.url.password().empty())
    result.files.push_back({.name = "token", .content = upstream_.url.password()});
  return result;
}

std::string Mirror::with_known_names(std::string message) const {
  for (const auto& file : secret_files(upstream_))
    for (const std::string& inside :
         {private_file_path(settings_.state_directory, std::string("/") + file.name),
          private_file_path(settings_.state_directory, file.name)}) {
      const size_t at = file.path.empty() ? std::string::npos : message.find(inside);
      if (at != std::string::npos) message.replace(at, inside.size(), file.path);
    }
  return message;
}

Sandbox Mirror::read_sandbox(const std::string& staging) const {
  Sandbox result = sandbox();
  result.visible.push_back({.path = path_, .writable = false});
  result.visible.push_back({.path = staging, .writable = true});
  return result;
}

void discard_mirror(const Settings& settings, const UpstreamConfig& upstream) {
  const StagingFolder aside(settings);
  const std::string path = mirror_path(settings, upstream);
  if (rename(path.c_str(), (aside.path() + "/mirror").c_str()) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot move {} out of the way", path));
}

StagingFolder::StagingFolder(const Settings& settings) {
  static uint64_t counter = 0;
  do {
    path_ = fmt::format("{}/{}", settings.staging(), ++counter);
  } while (is_there(path_) || is_there(workbench_of(path_)));  // left over, and on its way out
  make_own_folder(path_, settings);
}

StagingFolder::~StagingFolder() {
  std::vector<std::string> names;
  for (const auto& path : {path_, workbench_of(path_)})
    if (is_there(path)) names.push_back(file_name(path));
  discard(parent_path(path_), names);
}

void discard_left_over_staging(const Settings& settings) noexcept {
  try {
    discard(settings.staging(), list_dir(open_dir(settings.staging()).get()));
  } catch (const std::exception& error) {
    log_warning("cannot clean up {}: {}", settings.staging(), error.what());
  }
}

}  // namespace overlayd
