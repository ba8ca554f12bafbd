// Standard output.
#pragma once

#include <functional>
#include <string>

#include "base/value.h"
#include "ctl/view.h"

namespace overlayd::ctl {

// Throws SystemError if it could not be written: a full disk must not look like a short answer.
void print(const std::string& text);

using Render = std::string (*)(const Value& answer, const View& view);

// The answer as JSON, or as text for where stdout goes.
void print_answer(const Value& answer, bool json, Render render);

}  // namespace overlayd::ctl
