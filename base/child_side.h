// What a new process does instead of being a copy of us. Both end it.
#pragma once

#include "base/child.h"

namespace overlayd {

// Becomes the program. `report` is the descriptor to say why it cannot; the program has it no more.
[[noreturn]] void become(const Child::Command& command, int report);

// Does the work, and writes into `report` what it returns, or throws.
[[noreturn]] void carry_out_alone(const Child::Work& work, int report);

}  // namespace overlayd
