#include <gtest/gtest.h>

#include "base/error.h"
#include "git/fetch/diagnosis.h"
#include "git/fetch/mirror.h"
#include "git/fetch/quote.h"
#include "git/fetch/upstream.h"

namespace overlayd::git {
namespace {

TEST(Upstream, TheTransportIsToldFromTheUrl) {
  EXPECT_EQ(parse_upstream("https://example.org/x").scheme, "https");
  EXPECT_EQ(parse_upstream("git+ssh://example.org/x").scheme, "ssh");
  EXPECT_EQ(parse_upstream("git@example.org:x/y").scheme, "ssh");
  EXPECT_EQ(parse_upstream("git@[::1]:x/y").scheme, "ssh");
  EXPECT_EQ(parse_upstream("/srv/git/a:b").scheme, "file");
  EXPECT_EQ(parse_upstream("file:///srv/git").scheme, "file");
}

TEST(Upstream, TheHostIsWithoutTheUser) {
  EXPECT_EQ(parse_upstream("https://example.org:8443/x@y").host, "example.org:8443");
  EXPECT_EQ(parse_upstream("https://me:pw@example.org/x").host, "example.org");
  EXPECT_EQ(parse_upstream("https://trusted.org@example.org/").host, "example.org");
}

TEST(Upstream, WhatRunsProgramsIsRefused) {
  for (const char* url : {"ext::sh -c id", "fd::17", "foo://x", "", "https://a\nb", "ftp://x/y"})
    EXPECT_THROW(parse_upstream(url), Error) << url;
}

TEST(Upstream, PasswordsAreTakenOut) {
  EXPECT_EQ(without_passwords("cannot reach 'https://me:hunter2@example.org/x'"),
            "cannot reach 'https://me@example.org/x'");
  EXPECT_EQ(without_passwords("https://a:b@c/ and ssh://d:e@f"), "https://a@c/ and ssh://d@f");
  EXPECT_EQ(without_passwords("https://example.org:443/a@b: x"), "https://example.org:443/a@b: x");
  EXPECT_EQ(without_passwords("nothing"), "nothing");
}

TEST(Quote, TextComesOutAsItWentIn) {
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(config_quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(ssh_quoted("/a%h b"), "\"/a%%h b\"");
}

TEST(Diagnosis, TheReasonIsTakenNotWhatFollowsFromIt) {
  const auto failure = diagnose(
      "git@host: Permission denied (publickey).\r\n"
      "fatal: Could not read from remote repository.\n\n"
      "Please make sure you have the correct access rights\nand the repository exists.\n",
      "");
  EXPECT_EQ(failure.kind, FailureKind::denied);
  EXPECT_EQ(failure.message, "git@host: Permission denied (publickey).");
}

TEST(Diagnosis, KindsAreTold) {
  const auto kind = [](const char* text) { return diagnose(text, "").kind; };
  EXPECT_EQ(kind("fatal: unable to access 'https://x/': Could not resolve host: x"),
            FailureKind::unreachable);
  EXPECT_EQ(kind("fatal: unable to access 'https://x/': The requested URL returned error: 503"),
            FailureKind::unreachable);
  EXPECT_EQ(kind("fatal: Authentication failed for 'https://x/'"), FailureKind::denied);
  EXPECT_EQ(kind("fatal: repository 'https://x/' not found"), FailureKind::not_found);
  EXPECT_EQ(kind("fatal: '/x' does not appear to be a git repository"), FailureKind::not_found);
  EXPECT_EQ(kind("fatal: bad object refs/remotes/origin/main"), FailureKind::damaged);
  EXPECT_EQ(kind("error: unable to write file x: Disk quota exceeded"), FailureKind::full);
  EXPECT_EQ(kind(""), FailureKind::internal);
}

TEST(Diagnosis, AFullDiskIsToldAndNotWhoFailedOfIt) {
  const auto failure = diagnose(
      "fatal: write error: No space left on device\nfatal: index-pack failed\n"
      "fatal: the remote end hung up unexpectedly\n",
      "");
  EXPECT_EQ(failure.kind, FailureKind::full);
  EXPECT_EQ(failure.message, "write error: No space left on device");
}

TEST(Diagnosis, ProgressIsNoReason) {
  const auto failure = diagnose(
      "remote: Counting objects: 100% (2/2)\rremote: Counting objects: 100% (2/2), done.\n"
      "Receiving objects:  50% (1/2)\rReceiving objects: 100% (2/2)\rfatal: early EOF\n",
      "");
  EXPECT_EQ(failure.kind, FailureKind::unreachable);
  EXPECT_EQ(failure.message, "early EOF");
}

TEST(Diagnosis, AServerCannotSpeakForUs) {
  EXPECT_EQ(diagnose("remote: fatal: bad object x\nfatal: something else", "").kind,
            FailureKind::internal);
}

TEST(Diagnosis, SecretsAndControlCharactersAreTakenOut) {
  const auto failure = diagnose("fatal: 'https://u:pw@x/' says t0ken \x1b[2J t0ken", "t0ken");
  EXPECT_EQ(failure.message, "'https://u@x/' says … ?[2J …");
}

TEST(Diagnosis, AShortSecretIsTakenOutAsAWordOnly) {
  const auto message = [](const char* text, const char* secret) {
    return diagnose(text, secret).message;
  };
  EXPECT_EQ(message("fatal: Authentication failed for 'a'", "a"), "Authentication failed for '…'");
  EXPECT_EQ(message("fatal: secret, topsecret", "secret"), "…, topsecret");
  EXPECT_EQ(message("fatal: x12345678x and 12345678", "12345678"), "x…x and …");
}

}  // namespace
}  // namespace overlayd::git
