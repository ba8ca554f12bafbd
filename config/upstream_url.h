// Where a repository is fetched from, with what is secret in it kept apart.
#pragma once

#include <string>
#include <string_view>

namespace overlayd {

enum class Transport { https, http, ssh, file, path };

class UpstreamUrl {
 public:
  // Takes https://, http:// and ssh:// URLs, user@host:path, file:// URLs and absolute paths.
  // Throws Rejected for everything else, above all for what git or ssh would take as an option or a
  // command; the message never holds a credential.
  static UpstreamUrl parse(std::string_view text);

  Transport transport() const { return transport_; }
  // What git is given and what identifies the upstream: without the user and password of an http(s)
  // URL.
  const std::string& text() const { return text_; }
  // For people: text(), with "***@" where something was left out.
  std::string redacted() const;
  // Without port and brackets; empty for file and path.
  const std::string& host() const { return host_; }

  // From an http(s) URL, percent-decoded; both may be tokens and must never be shown. A password
  // may be empty although there is a user.
  bool has_credential() const { return !user_.empty() || !password_.empty(); }
  const std::string& user() const { return user_; }
  const std::string& password() const { return password_; }
  // This URL with another one's credential.
  UpstreamUrl with_credential_of(const UpstreamUrl& other) const;

  bool operator==(const UpstreamUrl&) const = default;

 private:
  UpstreamUrl() = default;

  void read_authority(std::string_view authority);
  void read_user_info(std::string_view user_info);
  void read_http(std::string_view scheme, std::string_view rest);
  void read_ssh(std::string_view rest);
  void read_file(std::string_view rest);
  void read_path(std::string_view path);
  bool read_scp_like(std::string_view text);

  Transport transport_ = Transport::path;
  std::string text_;
  std::string host_;
  std::string user_;
  std::string password_;
};

}  // namespace overlayd
