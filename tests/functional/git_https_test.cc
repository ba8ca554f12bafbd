// overlayd-fetch against nginx with git-http-backend, over TLS.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/text.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/https_server.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

constexpr const char* token = "s3cret-token-of-the-test";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Reads the command line and the environment of every process until the end.
class ProcessList {
 public:
  explicit ProcessList(std::string wanted) : wanted_(std::move(wanted)) {
    thread_ = std::thread([this] {
      while (!done_) look();
    });
  }
  ~ProcessList() { stop(); }
  ProcessList(const ProcessList&) = delete;
  ProcessList& operator=(const ProcessList&) = delete;

  void stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool was_seen() const { return seen_; }
  bool git_was_seen() const { return git_seen_; }

 private:
  void look() {
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
      if (!std::isdigit(entry.path().filename().c_str()[0])) continue;
      for (const char* file : {"/cmdline", "/environ"}) {
        std::ifstream stream(entry.path().string() + file);
        std::ostringstream text;
        text << stream.rdbuf();  // does not throw when the process ends meanwhile
        if (contains(text.str(), wanted_)) seen_ = true;
        if (contains(text.str(), "remote-https")) git_seen_ = true;
      }
    }
  }

  std::string wanted_;
  std::atomic<bool> done_{false};
  std::atomic<bool> seen_{false};
  std::atomic<bool> git_seen_{false};
  std::thread thread_;
};

class GitHttps : public testing::TestWithParam<Place> {
 protected:
  Fetch::Options options(const std::string& with_token, bool with_ca = true) const {
    Fetch::Options result{.place = GetParam(), .mirror = {}, .files = {}};
    if (!with_token.empty()) result.files.push_back({"token", with_token + "\n"});
    if (with_ca) result.files.push_back({"ca", certificates_.ca});
    return result;
  }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};
  Certificates certificates_{temp_};
};

INSTANTIATE_TEST_SUITE_P(Places, GitHttps, testing::Values(Place::free, Place::sandboxed),
                         testing::PrintToStringParamName());

TEST_P(GitHttps, TheTokenOpensThePrivateRepository) {
  const std::string commit = upstream_.push({{"etc/a", "content"}, {"other/b", "other"}});
  const HttpsServer server(temp_, certificates_,
                           {.name = "server", .password = token, .redirect_to = {}});
  Fetch fetch(temp_, server.url() + "/upstream.git", options(token));
  EXPECT_EQ(fetch.tips({"main"}).tips.at(0).second, commit);
  const auto fetched = fetch.fetch();
  EXPECT_EQ(fetched.branches.size(), 1U);
  EXPECT_TRUE(fetched.filtered);
  Read read(temp_, fetch.mirror(), GetParam());
  EXPECT_EQ(write_link(fetch, read, "etc", "tree").error, "");
  EXPECT_TRUE(contains(server.log(), "Basic "));
}

TEST_P(GitHttps, TheTokenShowsNowhere) {
  upstream_.push({{"etc/a", "content"}});
  const HttpsServer server(temp_, certificates_,
                           {.name = "server", .password = token, .redirect_to = {}});
  Fetch fetch(temp_, server.url() + "/upstream.git", options(token));
  ProcessList list(token);
  for (int i = 0; i < 100 && !list.git_was_seen(); i++) fetch.fetch();
  list.stop();
  EXPECT_TRUE(list.git_was_seen());
  EXPECT_FALSE(list.was_seen());
  EXPECT_FALSE(contains(fetch.stderr_text(), token));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(fetch.mirror())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_FALSE(contains(text, token)) << entry.path();
  }
}

TEST_P(GitHttps, AWrongTokenIsDeniedAndNotShown) {
  upstream_.push({{"etc/a", "content"}});
  const HttpsServer server(temp_, certificates_,
                           {.name = "server", .password = token, .redirect_to = {}});
  const std::string wrong = "not-the-right-token";
  for (const auto& given : {wrong, std::string()}) {
    Fetch fetch(temp_, server.url() + "/upstream.git", options(given));
    for (const git::FetchRequest& request : {git::FetchRequest(git::ListTips{{"main"}}),
                                             git::FetchRequest(git::FetchBranches{{"main"}})}) {
      const auto failure = fetch.failure(request);
      EXPECT_EQ(failure.kind, git::FailureKind::denied) << failure.message;
      EXPECT_FALSE(contains(failure.message, wrong));
    }
    EXPECT_FALSE(contains(fetch.stderr_text(), wrong));
  }
}

TEST_P(GitHttps, APasswordInTheUrlIsNotShown) {
  const HttpsServer server(temp_, certificates_,
                           {.name = "server", .password = token, .redirect_to = {}});
  std::string url = server.url() + "/upstream.git";
  url.insert(std::string("https://").size(), "somebody:hunter2@");
  Fetch fetch(temp_, url, options(""));
  const auto failure = fetch.failure(git::ListTips{{"main"}});
  EXPECT_EQ(failure.kind, git::FailureKind::denied) << failure.message;
  EXPECT_FALSE(contains(failure.message, "hunter2")) << failure.message;
}

TEST_P(GitHttps, AnUnknownCaIsNotTrusted) {
  upstream_.push({{"etc/a", "content"}});
  const HttpsServer server(temp_, certificates_, {});
  Fetch fetch(temp_, server.url() + "/upstream.git", options("", false));
  const auto failure = fetch.failure(git::ListTips{{"main"}});
  EXPECT_EQ(failure.kind, git::FailureKind::untrusted) << failure.message;
}

TEST_P(GitHttps, ARedirectToAnotherHostDoesNotGetTheToken) {
  upstream_.push({{"etc/a", "content"}});
  const HttpsServer thief(temp_, certificates_,
                          {.name = "thief", .password = "other", .redirect_to = {}});
  const HttpsServer server(
      temp_, certificates_,
      {.name = "server", .password = {}, .redirect_to = thief.url("127.0.0.1")});
  Fetch fetch(temp_, server.url() + "/upstream.git", options(token));
  const auto failure = fetch.failure(git::FetchBranches{{"main"}});
  EXPECT_EQ(failure.kind, git::FailureKind::denied) << failure.message;
  EXPECT_TRUE(contains(thief.log(), "/upstream.git/info/refs"));
  EXPECT_FALSE(contains(thief.log(), "Basic ")) << thief.log();
}

TEST_P(GitHttps, ARedirectToAnOpenRepositoryIsFollowed) {
  const std::string commit = upstream_.push({{"etc/a", "content"}});
  const HttpsServer moved(temp_, certificates_,
                          {.name = "moved", .password = {}, .redirect_to = {}});
  const HttpsServer server(
      temp_, certificates_,
      {.name = "server", .password = {}, .redirect_to = moved.url("127.0.0.1")});
  Fetch fetch(temp_, server.url() + "/upstream.git", options(""));
  EXPECT_EQ(fetch.tips({"main"}).tips.at(0).second, commit);
}

TEST_P(GitHttps, AServerThatCannotFilterSendsEverything) {
  upstream_.push({{"etc/a", "content"}, {"other/b", "other"}});
  upstream_.git({"config", "uploadpack.allowFilter", "false"});
  const HttpsServer server(temp_, certificates_, {});
  Fetch fetch(temp_, server.url() + "/upstream.git", options(""));
  const auto fetched = fetch.fetch();
  EXPECT_TRUE(fetched.changed);
  EXPECT_FALSE(fetched.filtered);
  Read read(temp_, fetch.mirror(), GetParam());
  const auto entry = read.resolve("refs/remotes/origin/main", {"etc"}).entries.at(0);
  EXPECT_TRUE(read.missing(entry).empty());
  EXPECT_EQ(read.write(entry, "tree").error, "");
}

TEST_P(GitHttps, ARepositoryThatIsNotThereIsToldApart) {
  const HttpsServer server(temp_, certificates_, {});
  Fetch fetch(temp_, server.url() + "/nothing.git", options(""));
  EXPECT_EQ(fetch.failure(git::ListTips{{"main"}}).kind, git::FailureKind::not_found);
  Fetch nobody(temp_, "https://localhost:1/x.git", options(""));
  EXPECT_EQ(nobody.failure(git::ListTips{{"main"}}).kind, git::FailureKind::unreachable);
}

}  // namespace
}  // namespace overlayd::test
