// The credential helper that git asks for the token: another mode of overlayd-fetch.
//
// It answers for the upstream that was configured and for nobody else, so that a redirect to
// another host never takes the token along. The token is in no argument and in no environment.
#pragma once

#include <string>
#include <vector>

#include "git/fetch/upstream.h"

namespace overlayd::git {

constexpr const char* credential_mode = "credential";

// What git has to be told for it to ask us: variables for its environment, and the value of
// credential.helper.
std::vector<std::string> credential_environment(const Upstream& upstream,
                                                const std::string& user_file,
                                                const std::string& token_file);
std::string credential_helper(const std::string& program);

// The token in `file`: its first line; empty if there is no such file.
std::string read_token(const std::string& file);

// Answers one question of git, on stdin and stdout. `operation` is git's: get, store or erase.
void answer_credential_question(const std::string& operation);

}  // namespace overlayd::git
