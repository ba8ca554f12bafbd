// Services as callers name them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/manager.h"

namespace overlayd {

// Throws BusError (UnknownService), with a suggestion, if there is none of that name, or it is to
// go away.
std::shared_ptr<Service> named(const Manager& manager, const std::string& name);

// Each once, however often it is named; all of them for no name.
std::vector<std::shared_ptr<Service>> named(const Manager& manager,
                                            const std::vector<std::string>& names);

}  // namespace overlayd
