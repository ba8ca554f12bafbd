#include "ctl/outcome.h"

#include <algorithm>

namespace overlayd::ctl {
namespace {

ExitCode exit_code_of(const std::string& outcome) {
  if (outcome == "refused") return ExitCode::refused;
  const bool fine = outcome == "done" || outcome == "unchanged" || outcome == "skipped";
  return fine ? ExitCode::done : ExitCode::failed;
}

}  // namespace

ExitCode exit_code_of_results(const Value& answer) {
  ExitCode worst = ExitCode::done;
  for (const auto& result : answer.at("results").list())
    worst = std::max(worst, exit_code_of(result.at("outcome").text()));
  return worst;
}

ExitCode exit_code_of_reload(const Value& answer) {
  const ExitCode worst = exit_code_of_results(answer);
  return answer.at("config_error").text().empty() ? worst : std::max(worst, ExitCode::failed);
}

}  // namespace overlayd::ctl
