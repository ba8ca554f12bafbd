#include "ctl/outcome.h"

#include <algorithm>

namespace overlayd::ctl {
namespace {

ExitCode exit_code_of(const std::string& outcome) {
  if (outcome == "refused") return ExitCode::refused;
  const bool fine =
      outcome.empty() || outcome == "done" || outcome == "unchanged" || outcome == "skipped";
  return fine ? ExitCode::done : ExitCode::failed;
}

ExitCode worst_of(const List& results) {
  ExitCode worst = ExitCode::done;
  for (const auto& result : results)
    worst = std::max(worst, exit_code_of(result.at("outcome").text()));
  return worst;
}

}  // namespace

ExitCode exit_code_of_results(const Value& answer) { return worst_of(answer.at("results").list()); }

ExitCode exit_code_of_plans(const Value& answer) { return worst_of(answer.at("plans").list()); }

ExitCode exit_code_of_reload(const Value& answer) {
  return answer.at("config_error").text().empty() ? ExitCode::done : ExitCode::failed;
}

}  // namespace overlayd::ctl
