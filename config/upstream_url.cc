#include "config/upstream_url.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "config/characters.h"
#include "config/paths.h"
#include "config/rejected.h"
#include "config/url_parts.h"

namespace overlayd {
namespace {

// "ext::sh -c …": git would run a program of that name.
bool names_a_remote_helper(std::string_view text) {
  const size_t colons = text.find("::");
  return colons != std::string_view::npos && consists_of(text.substr(0, colons), "+.-");
}

const std::vector<std::string>& schemes() {
  static const std::vector<std::string> names = {"https", "http", "ssh", "file"};
  return names;
}

[[noreturn]] void refuse_scheme(const std::string& scheme) {
  throw Rejected(
      fmt::format("'{}' is not a transport that overlayd uses (https, http, ssh, file)", scheme),
      nearest(scheme, schemes()).value_or(""));
}

// "https:/host/r" would be a path on a host called https. What may hold a password is not repeated.
void refuse_single_slash(const std::string& host, std::string_view path) {
  const std::string scheme = lower_case(host);
  const auto known = std::find(schemes().begin(), schemes().end(), scheme);
  if (known == schemes().end() || !path.starts_with('/')) return;
  const auto rest = scheme == "file" ? path : path.substr(1);
  throw Rejected(fmt::format("this URL has one slash behind '{}:'", scheme),
                 consists_of(path, "/._-~") ? fmt::format("{}://{}", scheme, rest) : "");
}

void check_repository(std::string_view path) {
  if (!path.starts_with('/') || path.find_first_not_of('/') == std::string_view::npos)
    throw Rejected("this URL names no repository on that host");
}

}  // namespace

UpstreamUrl UpstreamUrl::parse(std::string_view text) {
  if (text.empty()) throw Rejected("this URL is empty");
  if (has_control_character(text)) throw Rejected("this URL has a control character");
  if (text.size() > 4000) throw Rejected("this URL is too long");
  if (text.starts_with('-')) throw Rejected("a URL cannot start with '-'");
  if (names_a_remote_helper(text)) throw Rejected("this URL asks git to run a remote helper");

  UpstreamUrl url;
  const size_t end = text.find("://");
  if (end == std::string_view::npos || !consists_of(text.substr(0, end), "+.-")) {
    if (!text.starts_with('/') && url.read_scp_like(text)) return url;
    url.read_path(text);
    return url;
  }
  if (text.find(' ') != std::string_view::npos)
    throw Rejected("this URL has a space: write '%20' for one");
  const std::string scheme = lower_case(text.substr(0, end));
  const std::string_view rest = text.substr(end + 3);
  if (scheme == "https" || scheme == "http")
    url.read_http(scheme, rest);
  else if (scheme == "ssh" || scheme == "git+ssh" || scheme == "ssh+git")
    url.read_ssh(rest);
  else if (scheme == "file")
    url.read_file(rest);
  else
    refuse_scheme(scheme);
  return url;
}

void UpstreamUrl::read_authority(std::string_view authority) {
  const auto [host, port] = split_host(authority);
  host_ = host;
  if (port.empty()) return;
  if (!port.starts_with(':'))
    throw Rejected("there is something between host and port in this URL");
  check_port(port.substr(1));
}

void UpstreamUrl::read_user_info(std::string_view user_info) {
  const size_t colon = std::min(user_info.find(':'), user_info.size());
  const auto user = percent_decoded(user_info.substr(0, colon));
  const auto password = percent_decoded(user_info.substr(std::min(colon + 1, user_info.size())));
  // a line break would add lines to what git's credential helpers are told
  if (!user || !password || has_control_character(*user) || has_control_character(*password))
    throw Rejected("the user or password in this URL is not well-formed: write '%25' for a '%'");
  user_ = *user;
  password_ = *password;
}

void UpstreamUrl::read_http(std::string_view scheme, std::string_view rest) {
  transport_ = scheme == "https" ? Transport::https : Transport::http;
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto [user_info, authority] = split_user(rest.substr(0, end));
  if (user_info) read_user_info(*user_info);
  read_authority(authority);
  check_repository(rest.substr(end));
  text_ = fmt::format("{}://{}{}", scheme, authority, rest.substr(end));
}

void UpstreamUrl::read_ssh(std::string_view rest) {
  transport_ = Transport::ssh;
  const size_t end = std::min(rest.find('/'), rest.size());
  const auto [user, authority] = split_user(rest.substr(0, end));
  if (user && user->find(':') != std::string_view::npos)
    throw Rejected("ssh takes no password from a URL: use a key, 'ssh_key' in [[upstreams]]");
  if (user) check_login(*user);
  read_authority(authority);
  check_repository(rest.substr(end));
  if (rest.substr(end).starts_with("/-")) throw Rejected("the path in this URL starts with '-'");
  text_ = fmt::format("ssh://{}", rest);
}

void UpstreamUrl::read_file(std::string_view rest) {
  transport_ = Transport::file;
  if (!rest.starts_with('/'))
    throw Rejected("a file URL has three slashes: file:///path/to/repository");
  text_ = "file://" + normalise_path(rest);
}

void UpstreamUrl::read_path(std::string_view path) {
  transport_ = Transport::path;
  if (!path.starts_with('/')) throw Rejected("this is neither a URL nor an absolute path");
  text_ = normalise_path(path);
}

// user@host:path and host:path: what has a colon before the first slash, as git sees it.
bool UpstreamUrl::read_scp_like(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const size_t bracket = text.find('[');
  const size_t host_end = bracket < slash ? text.find(']', bracket) : 0;
  const size_t colon = host_end == std::string_view::npos ? host_end : text.find(':', host_end);
  if (colon == std::string_view::npos || colon > slash) return false;
  const size_t second_at = text.find('@', colon);
  if (second_at < slash)
    throw Rejected("ssh takes no password from a URL: use a key, 'ssh_key' in [[upstreams]]");

  transport_ = Transport::ssh;
  const auto [user, authority] = split_user(text.substr(0, colon));
  if (user) check_login(*user);
  host_ = split_host(authority).first;
  const auto path = text.substr(colon + 1);
  if (path.empty()) throw Rejected("this URL names no repository on that host");
  if (!user) refuse_single_slash(host_, path);
  if (path.starts_with('-')) throw Rejected("the path in this URL starts with '-'");
  text_ = text;
  return true;
}

std::string UpstreamUrl::redacted() const {
  if (!has_credential()) return text_;
  const size_t authority = text_.find("://") + 3;
  return text_.substr(0, authority) + "***@" + text_.substr(authority);
}

UpstreamUrl UpstreamUrl::with_credential_of(const UpstreamUrl& other) const {
  UpstreamUrl result = *this;
  result.user_ = other.user_;
  result.password_ = other.password_;
  return result;
}

}  // namespace overlayd
