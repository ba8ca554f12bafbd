// One function for each command: ask the daemon, print the answer, say how to end.
#pragma once

#include "ctl/arguments.h"
#include "ctl/outcome.h"

namespace overlayd::ctl {

// Questions.
ExitCode show_status(const Invocation& invocation);
ExitCode show_plan(const Invocation& invocation);
ExitCode show_log(const Invocation& invocation);

// Changes.
ExitCode forward(const Invocation& invocation);
ExitCode freeze(const Invocation& invocation);
ExitCode thaw(const Invocation& invocation);
ExitCode roll_back(const Invocation& invocation);
ExitCode reload(const Invocation& invocation);

}  // namespace overlayd::ctl
