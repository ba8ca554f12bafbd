// How overlayctl ends.
#pragma once

#include <string>

#include "base/value.h"

namespace overlayd::ctl {

enum class ExitCode { done = 0, failed = 1, wrong_use = 2, refused = 3, interrupted = 130 };

// The worst outcome decides. Refused is worse than failed: the daemon tries a failure again, a
// refusal waits for a person.
ExitCode exit_code_of_results(const Value& answer);
// The same for plans, where only what went wrong has an outcome.
ExitCode exit_code_of_plans(const Value& answer);
// A services.toml that was refused is a failure.
ExitCode exit_code_of_reload(const Value& answer);

}  // namespace overlayd::ctl
