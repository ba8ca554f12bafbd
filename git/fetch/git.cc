#include "git/fetch/git.h"

#include "git/failure.h"
#include "git/fetch/credential.h"
#include "git/fetch/diagnosis.h"
#include "git/fetch/inquiry.h"
#include "git/fetch/settings.h"

namespace overlayd::git {

Git::Git(const FetchHello& hello, const std::string& program)
    : upstream_(parse_upstream(hello.url)), mirror_(hello.mirror) {
  const Secrets secrets(hello.secrets);
  // a user without a token is one itself
  token_file_ = secrets.token.empty() ? secrets.user : secrets.token;
  ssh_key_ = secrets.ssh_key;
  environment_ = git_environment(upstream_, mirror_, secrets);
  mirror_.prepare();
  mirror_.configure(mirror_config(upstream_),
                    {{global_config_name, global_config(mirror_, secrets, program)},
                     {ssh_config_name, ssh_config(secrets)}});
}

Outcome Git::try_run(std::vector<std::string> arguments, std::string_view input, Talk talk) {
  constexpr std::chrono::seconds patience{60};
  arguments.insert(arguments.begin(), "/usr/bin/git");
  if (talk == Talk::local) return git::run(arguments, environment_, input);
  return git::run(arguments, environment_, input, patience);
}

std::string Git::run(std::vector<std::string> arguments, std::string_view input, Talk talk) {
  Outcome outcome = try_run(std::move(arguments), input, talk);
  if (!outcome.ok()) fail(outcome);
  return std::move(outcome.output);
}

Failure Git::describe(const Outcome& outcome) const {
  return inquire(diagnose(outcome.errors, read_token(token_file_)), upstream_, ssh_key_);
}

void Git::fail(const Outcome& outcome) {
  const Failure failure = describe(outcome);
  throw KnownFailure(failure.kind, failure.message);
}

}  // namespace overlayd::git
