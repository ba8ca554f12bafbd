#include "daemon/mirror.h"

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
#include "daemon/accept.h"
#include "daemon/discard.h"

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

std::string read_secret(const std::string& file, const std::string& key) {
  try {
    return read_file(file, max_secret_bytes);
  } catch (const Error& error) {
    throw Error::of("{} ({} in services.toml)", error.what(), key);
  }
}

void add_secret(Sandbox& sandbox, const std::string& name, const std::string& file,
                const std::string& key) {
  if (file.empty()) return;
  std::string content = read_secret(file, key);
  // a known_hosts that knows nobody is what ssh itself tells of
  if (trim(content).empty() && key != "known_hosts")
    throw Error::of("{} ({} in services.toml) is empty", file, key);
  sandbox.files.push_back({.name = name, .content = std::move(content)});
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
  add_secret(result, "ssh_key", upstream_.ssh_key, "ssh_key");
  add_secret(result, "known_hosts", upstream_.known_hosts, "known_hosts");
  add_secret(result, "ca", upstream_.ca_file, "ca_file");
  add_secret(result, "token", upstream_.token_file, "token_file");
  if (!upstream_.url.user().empty())
    result.files.push_back({.name = "user", .content = upstream_.url.user()});
  if (upstream_.token_file.empty() && !upstream_.url.password().empty())
    result.files.push_back({.name = "token", .content = upstream_.url.password()});
  return result;
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
