// What somebody has put where something of ours is to be.
#pragma once

#include <optional>
#include <string>

#include "daemon/steps/step.h"

namespace overlayd {

struct Obstacle {
  std::string what;     // "a file is there, which overlayd did not make"
  std::string way_out;  // a command that moves it out of the way
};

// What is in the way of a directory, file or link of ours; none: nothing is.
std::optional<Obstacle> obstacle_to(const Step& step);
// The same, and of a bind overlay a mount on top of it; `trees` is the folder of the store.
std::optional<Obstacle> obstacle_to(const Step& step, const std::string& trees);

}  // namespace overlayd
