// The loop of both helpers: one request after the other, each answered in order.
#pragma once

#include <functional>
#include <string_view>

#include "git/messages.h"

namespace overlayd::git {

// Sends one answer.
using Respond = std::function<void(const Answer&)>;
// Does what `message` asks for and responds as often as that request has answers.
using Handler = std::function<void(std::string_view message, const Respond& respond)>;

// Handles what comes in on descriptor 3 until it is closed; returns the exit code for main(). An
// exception out of `handle` is answered by Failure, and the next message is waited for.
int serve(const Handler& handle) noexcept;

}  // namespace overlayd::git
