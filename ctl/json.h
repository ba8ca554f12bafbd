// What --json prints.
#pragma once

#include <string>

#include "base/value.h"

namespace overlayd::ctl {

// `value` as JSON, indented by 2, with a line end. Invalid UTF-8 becomes U+FFFD; control characters
// are escaped as JSON has it, so the text is safe on a terminal. Members of the daemon's answers
// that are not there are null, so that all services, say, have the same ones.
std::string to_json(const Value& value);

}  // namespace overlayd::ctl
