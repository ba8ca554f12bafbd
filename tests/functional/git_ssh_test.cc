// overlayd-fetch against OpenSSH's sshd.

#include <gtest/gtest.h>

#include "tests/functional/support/helper.h"
#include "tests/functional/support/repository.h"
#include "tests/functional/support/ssh_server.h"

namespace overlayd::test {
namespace {

class GitSsh : public testing::TestWithParam<Place> {
 protected:
  Fetch::Options options(const std::string& key, const std::string& known_hosts) const {
    Fetch::Options result{.place = GetParam(), .mirror = {}, .files = {}};
    if (!key.empty()) result.files.push_back({"ssh_key", key});
    if (!known_hosts.empty()) result.files.push_back({"known_hosts", known_hosts});
    return result;
  }

  TempDir temp_;
  UpstreamRepository upstream_{temp_};
  SshServer server_{temp_};
};

INSTANTIATE_TEST_SUITE_P(Places, GitSsh, testing::Values(Place::free, Place::sandboxed),
                         testing::PrintToStringParamName());

TEST_P(GitSsh, TheKeyOpensAKnownHost) {
  const std::string commit = upstream_.push({{"etc/a", "content"}});
  Fetch fetch(temp_, server_.url(upstream_.path()), options(server_.key(), server_.known_hosts()));
  EXPECT_EQ(fetch.tips({"main"}).tips.at(0).second, commit);
  EXPECT_EQ(fetch.fetch().branches.size(), 1U);
  Read read(temp_, fetch.mirror(), GetParam());
  EXPECT_EQ(write_link(fetch, read, "etc", "tree").error, "");
}

TEST_P(GitSsh, AnotherKeyIsDenied) {
  upstream_.push({{"etc/a", "content"}});
  for (const auto& key : {server_.other_key(), std::string()}) {
    Fetch fetch(temp_, server_.url(upstream_.path()), options(key, server_.known_hosts()));
    const auto failure = fetch.failure(git::FetchBranches{{"main"}});
    EXPECT_EQ(failure.kind, git::FailureKind::denied) << failure.message;
    EXPECT_NE(failure.message.find("Permission denied"), std::string::npos) << failure.message;
  }
}

TEST_P(GitSsh, AKeyThatCannotBeUsedIsToldApart) {
  for (const auto& key : {server_.locked_key(), std::string("no key at all")}) {
    Fetch fetch(temp_, server_.url(upstream_.path()), options(key, server_.known_hosts()));
    const auto failure = fetch.failure(git::ListTips{{"main"}});
    EXPECT_EQ(failure.kind, git::FailureKind::bad_key) << failure.message;
    EXPECT_EQ(failure.message.find('/'), std::string::npos) << failure.message;
  }
}

TEST_P(GitSsh, AHostIsNotKnownOrAnother) {
  upstream_.push({{"etc/a", "content"}});
  for (const auto& [known, kind] :
       {std::pair(std::string(), git::FailureKind::unknown_host),
        std::pair(server_.other_known_hosts(), git::FailureKind::changed_host)}) {
    Fetch fetch(temp_, server_.url(upstream_.path()), options(server_.key(), known));
    const auto failure = fetch.failure(git::FetchBranches{{"main"}});
    EXPECT_EQ(failure.kind, kind) << failure.message;
  }
}

TEST_P(GitSsh, ARepositoryThatIsNotThereIsToldApart) {
  Fetch fetch(temp_, server_.url(temp_ / "nothing.git"),
              options(server_.key(), server_.known_hosts()));
  EXPECT_EQ(fetch.failure(git::ListTips{{"main"}}).kind, git::FailureKind::not_found);
}

}  // namespace
}  // namespace overlayd::test
