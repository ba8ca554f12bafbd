// Answers of the daemon as text. Pure: the same answer and view give the same text.
#pragma once

#include <string>

#include "base/value.h"
#include "ctl/view.h"

namespace overlayd::ctl {

// Status: one line a service, what is wrong with it below.
std::string render_status(const Value& status, const View& view);
// What is wrong with upstreams, each once, to stand below the services; empty if nothing is.
std::string render_upstreams(const List& services, const View& view);
// Status: a block for each service with everything that is known.
std::string render_details(const Value& status, const View& view);
// The head of both: which daemon answers, and a services.toml that was refused.
std::string render_head(const Value& status, const View& view);

// Forward, Freeze, Thaw, Rollback.
std::string render_results(const Value& answer, const View& view);
// Status, for who waits: one line for each service that is at work; "" for none.
std::string render_waiting(const Value& status);
std::string render_plans(const Value& answer, const View& view);
std::string render_log(const Value& answer, const View& view);
std::string render_reload(const Value& answer, const View& view);

}  // namespace overlayd::ctl
