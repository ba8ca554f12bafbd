// Long answers, cut to what one message can hold.
#pragma once

#include <vector>

#include "git/messages.h"
#include "git/serve.h"

namespace overlayd::git {

void send_pieces(const std::vector<Oid>& blobs, const Respond& respond);
void send_pieces(const std::vector<Difference>& differences, const Respond& respond);

}  // namespace overlayd::git
