#include "config/upstream_url.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd::test {
namespace {

struct Good {
  std::string given;
  Transport transport;
  std::string text;
  std::string host;
};

void PrintTo(const Good& test, std::ostream* out) { *out << test.given; }

class GoodUrl : public testing::TestWithParam<Good> {};

TEST_P(GoodUrl, IsTaken) {
  const auto& test = GetParam();
  const auto url = UpstreamUrl::parse(test.given);
  EXPECT_EQ(url.transport(), test.transport);
  EXPECT_EQ(url.text(), test.text);
  EXPECT_EQ(url.redacted(), test.text);
  EXPECT_EQ(url.host(), test.host);
  EXPECT_FALSE(url.has_credential());
}

INSTANTIATE_TEST_SUITE_P(
    Url, GoodUrl,
    testing::Values(
        Good{"https://github.com/miekg/blah-origin", Transport::https,
             "https://github.com/miekg/blah-origin", "github.com"},
        Good{"HTTPS://example.org:8443/a/b.git?x=1", Transport::https,
             "https://example.org:8443/a/b.git?x=1", "example.org"},
        Good{"https://[2001:db8::1]:443/r", Transport::https, "https://[2001:db8::1]:443/r",
             "2001:db8::1"},
        Good{"https://example.org/a@b:c", Transport::https, "https://example.org/a@b:c",
             "example.org"},
        Good{"http://10.0.0.1/r", Transport::http, "http://10.0.0.1/r", "10.0.0.1"},
        Good{"ssh://git@example.org:2222/srv/r.git", Transport::ssh,
             "ssh://git@example.org:2222/srv/r.git", "example.org"},
        Good{"ssh://example.org/~me/r", Transport::ssh, "ssh://example.org/~me/r", "example.org"},
        Good{"git@github.com:miekg/blah.git", Transport::ssh, "git@github.com:miekg/blah.git",
             "github.com"},
        Good{"host:r", Transport::ssh, "host:r", "host"},
        Good{"git@https:/r", Transport::ssh, "git@https:/r", "https"},
        Good{"git@[2001:db8::1]:r.git", Transport::ssh, "git@[2001:db8::1]:r.git", "2001:db8::1"},
        Good{"file:///srv/git//r.git/", Transport::file, "file:///srv/git/r.git", ""},
        Good{"/srv/git/my r.git", Transport::path, "/srv/git/my r.git", ""},
        Good{"/srv/git/a:b", Transport::path, "/srv/git/a:b", ""},
        Good{"/srv/a://b", Transport::path, "/srv/a:/b", ""}));

struct Bad {
  std::string given;
  std::string message;
};

// a control character in the name of a test would reach CTest
void PrintTo(const Bad& test, std::ostream* out) { *out << testing::PrintToString(test.given); }

class BadUrl : public testing::TestWithParam<Bad> {};

TEST_P(BadUrl, IsRefused) {
  try {
    const auto url = UpstreamUrl::parse(GetParam().given);
    FAIL() << "was taken as " << url.text();
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.what(), GetParam().message);
  }
}

constexpr const char* no_password_for_ssh =
    "ssh takes no password from a URL: use a key, 'ssh_key' in [[upstreams]]";

INSTANTIATE_TEST_SUITE_P(
    Url, BadUrl,
    testing::Values(
        Bad{"", "this URL is empty"}, Bad{"-oProxyCommand=x", "a URL cannot start with '-'"},
        Bad{"--upload-pack=x", "a URL cannot start with '-'"},
        Bad{"https://a\nb/r", "this URL has a control character"},
        Bad{"https://a/\x7f", "this URL has a control character"},
        Bad{"ext::sh -c id", "this URL asks git to run a remote helper"},
        Bad{"ext::https://example.org/", "this URL asks git to run a remote helper"},
        Bad{"fd::17/foo", "this URL asks git to run a remote helper"},
        Bad{"git://example.org/r",
            "'git' is not a transport that overlayd uses (https, http, ssh, file)"},
        Bad{"ftp://example.org/r",
            "'ftp' is not a transport that overlayd uses (https, http, ssh, file)"},
        Bad{"httsp://example.org/r",
            "'httsp' is not a transport that overlayd uses (https, http, ssh, file)"},
        Bad{"r", "this is neither a URL nor an absolute path"},
        Bad{"../r", "this is neither a URL nor an absolute path"},
        Bad{"~/r", "this is neither a URL nor an absolute path"},
        Bad{"github.com/miekg/blah", "this is neither a URL nor an absolute path"},
        Bad{"./a:b", "this is neither a URL nor an absolute path"},
        Bad{"/srv/../r", "'/srv/../r' has a '..' part"},
        Bad{"https:///r", "this URL names no host"}, Bad{"https://", "this URL names no host"},
        Bad{"https://-a/r", "the host in this URL starts with '-'"},
        Bad{"https://a b/r", "this URL has a space: write '%20' for one"},
        Bad{"https://a\\b/r", "the host in this URL has characters that no host has"},
        Bad{"https://a:0/r", "the port in this URL is not a number from 1 to 65535"},
        Bad{"https://a:65536/r", "the port in this URL is not a number from 1 to 65535"},
        Bad{"https://a:/r", "the port in this URL is not a number from 1 to 65535"},
        Bad{"https://user:pw/r", "the port in this URL is not a number from 1 to 65535"},
        Bad{"https://[::1/r", "the address in this URL has no ']'"},
        Bad{"https://[x]/r", "the address in this URL is not an IPv6 address"},
        Bad{"https://[::1]x/r", "there is something between host and port in this URL"},
        Bad{"https://a:b@c@host/r",
            "this URL has more than one '@' before its path: write '%40' for one in a password"},
        Bad{"https://a:%zz@host/r",
            "the user or password in this URL is not well-formed: write '%25' for a '%'"},
        Bad{"https://a:%0ahost=evil@host/r",
            "the user or password in this URL is not well-formed: write '%25' for a '%'"},
        Bad{"https://a%00:b@host/r",
            "the user or password in this URL is not well-formed: write '%25' for a '%'"},
        Bad{"ssh://-oProxyCommand=id/r", "the host in this URL starts with '-'"},
        Bad{"ssh://-l@host/r", "the user in this URL is not a user name"},
        Bad{"ssh://git@-host/r", "the host in this URL starts with '-'"},
        Bad{"ssh://git:pw@host/r", no_password_for_ssh},
        Bad{"ssh://host", "this URL names no repository on that host"},
        Bad{"ssh://host/", "this URL names no repository on that host"},
        Bad{"ssh://host/-x", "the path in this URL starts with '-'"},
        Bad{"ssh://host//", "this URL names no repository on that host"},
        Bad{"https://host", "this URL names no repository on that host"},
        Bad{"https://me:pw@host:8443/", "this URL names no repository on that host"},
        Bad{"http://host?r", "this URL names no repository on that host"},
        Bad{"git@-host:r", "the host in this URL starts with '-'"},
        Bad{"-l@host:r", "a URL cannot start with '-'"},
        Bad{"git@host:", "this URL names no repository on that host"},
        Bad{"git@host:-x", "the path in this URL starts with '-'"},
        Bad{"git:pw@host:r", no_password_for_ssh},
        Bad{"file://host/r", "a file URL has three slashes: file:///path/to/repository"},
        Bad{"file:///a/../b", "'/a/../b' has a '..' part"}));

TEST(Url, ATransportHasASuggestion) {
  try {
    (void)UpstreamUrl::parse("htps://example.org/r");
    FAIL();
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.suggestion(), "https");
  }
}

TEST(Url, ASlashTooFewIsSeen) {
  const std::vector<std::pair<std::string, std::string>> suggestions = {
      {"https:/git.test/x.git", "https://git.test/x.git"},
      {"HTTP:/git.test/x.git", "http://git.test/x.git"},
      {"ssh:/git.test/x.git", "ssh://git.test/x.git"},
      {"file:/srv/x.git", "file:///srv/x.git"},
      {"https:/me:pw@git.test/x.git", ""}};
  for (const auto& [given, suggestion] : suggestions) {
    try {
      (void)UpstreamUrl::parse(given);
      ADD_FAILURE() << given;
    } catch (const Rejected& rejected) {
      const std::string scheme = given.substr(0, given.find(':'));
      EXPECT_EQ(rejected.what(), "this URL has one slash behind '" + lower_case(scheme) + ":'");
      EXPECT_EQ(rejected.suggestion(), suggestion);
    }
  }
}

TEST(Url, CredentialsAreKeptApart) {
  struct Secret {
    std::string given, user, password;
  };
  for (const auto& test :
       std::vector<Secret>{{"https://me:pa%40ss%2fw:ord@example.org:8443/r", "me", "pa@ss/w:ord"},
                           {"https://ghp_token@example.org:8443/r", "ghp_token", ""},
                           {"https://ghp_token:@example.org:8443/r", "ghp_token", ""},
                           {"https://:glpat@example.org:8443/r", "", "glpat"}}) {
    const auto url = UpstreamUrl::parse(test.given);
    EXPECT_TRUE(url.has_credential());
    EXPECT_EQ(url.user(), test.user);
    EXPECT_EQ(url.password(), test.password);
    EXPECT_EQ(url.text(), "https://example.org:8443/r");
    EXPECT_EQ(url.redacted(), "https://***@example.org:8443/r");
    EXPECT_EQ(url.host(), "example.org");
  }
}

TEST(Url, ACredentialMakesTwoUrlsDiffer) {
  const auto plain = UpstreamUrl::parse("https://example.org/r");
  const auto secret = UpstreamUrl::parse("https://me:pw@example.org/r");
  EXPECT_NE(plain, secret);
  EXPECT_EQ(plain.with_credential_of(secret), secret);
  EXPECT_EQ(plain, UpstreamUrl::parse("https://@example.org/r"));
}

}  // namespace
}  // namespace overlayd::test
