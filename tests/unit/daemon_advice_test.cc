#include <gtest/gtest.h>

#include <cerrno>

#include "daemon/report/advice.h"

namespace overlayd {
namespace {

using git::FailureKind;

UpstreamConfig upstream(const std::string& url) {
  return {.url = UpstreamUrl::parse(url),
          .ssh_key = "",
          .known_hosts = "",
          .token_file = "",
          .ca_file = "",
          .origin = {}};
}

UpstreamConfig equipped(const std::string& url) {
  UpstreamConfig config = upstream(url);
  config.ssh_key = "/etc/key";
  config.known_hosts = "/etc/hosts.known";
  config.token_file = "/etc/token";
  config.ca_file = "/etc/ca.pem";
  return config;
}

void expect_words(FailureKind kind, const UpstreamConfig& config,
                  const std::vector<std::string>& words) {
  const std::string text = advice({.kind = kind, .message = ""}, config, "/var/state");
  for (const auto& word : words) EXPECT_NE(text.find(word), std::string::npos) << text;
}

TEST(Advice, NamesWhatWasShownToTheUpstream) {
  const std::string https = "https://git.test/site.git";
  const std::string ssh = "ssh://git@git.test:2222/site.git";
  expect_words(FailureKind::denied, equipped(https), {"/etc/token (token_file)"});
  expect_words(FailureKind::not_found, equipped(https), {"/etc/token (token_file)"});
  expect_words(FailureKind::untrusted, equipped(https), {"/etc/ca.pem (ca_file)", "git.test"});
  expect_words(FailureKind::denied, equipped(ssh), {"/etc/key (ssh_key)"});
  expect_words(FailureKind::denied, equipped("ssh://git.test/~git@x/site.git"),
               {"the URL names no user", "git@git.test"});
  expect_words(FailureKind::denied, equipped("git@git.test:x"), {"for the user in the URL"});
  expect_words(FailureKind::bad_key, equipped(ssh), {"ssh-keygen -p -f /etc/key"});
  expect_words(FailureKind::unknown_host, equipped(ssh),
               {"/etc/hosts.known (known_hosts)", "ssh-keyscan -p 2222 git.test"});
  expect_words(FailureKind::changed_host, equipped(ssh),
               {"/etc/hosts.known (known_hosts)", "ssh-keyscan -p 2222 git.test"});
}

TEST(Advice, SaysWhatIsNotConfigured) {
  const std::string https = "https://git.test/site.git";
  expect_words(FailureKind::denied, upstream(https), {"no token was shown", "token_file"});
  expect_words(FailureKind::untrusted, upstream(https), {"no ca_file is named"});
  expect_words(FailureKind::denied, upstream("git@git.test:x"), {"no key was shown", "ssh_key"});
  expect_words(FailureKind::unknown_host, upstream("git@git.test:x"),
               {"no known_hosts is named", "ssh-keyscan git.test >"});
  expect_words(FailureKind::unknown_host, upstream("ssh://git@[2001:db8::7]/x"),
               {"ssh-keyscan 2001:db8::7 >"});
  expect_words(FailureKind::changed_host, upstream("git@git.test:x"), {"/etc/ssh/ssh_known_hosts"});
  expect_words(FailureKind::unreadable, upstream("/srv/git/x.git"), {"let that user read"});
}

TEST(Advice, TellsAFullDiskFromAFolderThatIsGone) {
  expect_words(FailureKind::full, upstream("/srv/git/x.git"), {"df /var/state"});
  for (const int code : {ENOSPC, EDQUOT})
    EXPECT_EQ(advice_on_writing(code, "/var/state"), "df /var/state");
  EXPECT_NE(advice_on_writing(ENOENT, "/var/state").find("systemctl restart overlayd"),
            std::string::npos);
  EXPECT_EQ(advice_on_writing(EROFS, "/var/state"), "");
}

TEST(Advice, HoldsNoSecret) {
  const UpstreamConfig config = upstream("https://deploy:xyzzy@git.test/x.git");
  const std::string text = advice({.kind = FailureKind::denied, .message = ""}, config, "");
  EXPECT_NE(text.find("user and password in the URL"), std::string::npos) << text;
  EXPECT_EQ(text.find("xyzzy"), std::string::npos) << text;
}

TEST(Advice, IsSilentWhereTimeAloneMends) {
  for (const auto kind : {FailureKind::unreachable, FailureKind::internal, FailureKind::damaged})
    EXPECT_EQ(advice({.kind = kind, .message = ""}, equipped("https://git.test/x"), ""), "");
}

ServiceConfig service() {
  ServiceConfig config;
  config.name = "web";
  config.unit = "nginx.service";
  config.origin.line = 7;
  return config;
}

TEST(Advice, NamesARollbackOnlyWhereSomethingWasDeployedBefore) {
  const UnitOutcome failed{.ok = false, .text = "the job failed"};
  ServiceState state;
  state.deployed.id = "b";
  EXPECT_EQ(advice(failed, service(), state),
            "journalctl -u nginx.service; once that is mended: overlayctl forward web");
  const auto had = [&](const std::string& commit) {
    LogEntry entry;
    entry.commit.id = commit;
    entry.new_content = true;
    state.log.push_back(entry);
  };
  had("b");
  EXPECT_EQ(advice(failed, service(), state),
            "journalctl -u nginx.service; once that is mended: overlayctl forward web");
  had("a");
  EXPECT_EQ(advice(failed, service(), state),
            "journalctl -u nginx.service; overlayctl rollback web, or once that is mended: "
            "overlayctl forward web");
  state.pinned = Hold{};  // back further still is not what to try first
  EXPECT_EQ(advice(failed, service(), state),
            "journalctl -u nginx.service; once that is mended: overlayctl forward web");
}

TEST(Advice, NamesWhereElseToGoWhereThereIsNoGoingBack) {
  ServiceState state;
  state.deployed.id = "bbbbbbbbbb";
  EXPECT_EQ(advice_without_older("web", state, {}, ""), "");
  EXPECT_EQ(advice_without_older("web", state, {"dddddddddd"}, "cccccccccc"),
            "go further back: overlayctl rollback web cccccccc~1");
  for (const char* commit : {"aaaaaaaaaa", "bbbbbbbbbb"}) {
    LogEntry entry;
    entry.commit.id = commit;
    entry.new_content = true;
    state.log.push_back(entry);
  }
  for (const char* further : {"", "cccccccccc"})
    EXPECT_EQ(advice_without_older("web", state, {"dddddddddd"}, further),
              "overlayctl rollback web '@{1}' goes to aaaaaaaa, which it had before");
  EXPECT_EQ(advice_without_older("web", state, {"dddddddddd", "aaaaaaaaaa"}, "eeeeeeeeee"),
            "go further back: overlayctl rollback web eeeeeeee~1");
  state.upstream = "/new";
  state.log.front().upstream = "/old";
  EXPECT_EQ(advice_without_older("web", state, {}, ""), "");
}

TEST(Advice, NamesAnActionThatTheUnitCanTake) {
  const auto text = [](UnitObstacle obstacle) {
    return advice({.ok = false, .text = "", .obstacle = obstacle}, service(), {});
  };
  for (const char* word : {"has no reload", "\"reload-or-restart\"", "services.toml:7"})
    EXPECT_NE(text(UnitObstacle::cannot_reload).find(word), std::string::npos) << word;
  EXPECT_EQ(text(UnitObstacle::not_read), "systemctl daemon-reload; then overlayctl forward web");
  for (const char* word : {"systemctl start nginx.service", "services.toml:7"})
    EXPECT_NE(text(UnitObstacle::does_not_run).find(word), std::string::npos) << word;
  EXPECT_EQ(text(UnitObstacle::not_found),
            "name the unit that is meant in services.toml:7, or install what brings it");
  for (const char* word : {"systemctl unmask nginx.service", "services.toml:7"})
    EXPECT_NE(text(UnitObstacle::masked).find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace overlayd
