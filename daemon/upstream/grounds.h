// What bind overlays inside others stand on: a directory or file that the outer one's repository
// has.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/steps/inventory.h"
#include "daemon/upstream/wish.h"

namespace overlayd {

// What the content of `service` has to have for the overlays that belong inside its own: those of
// its own configuration, and those of other services that are in place.
std::vector<Ground> grounds_in(const ServiceConfig& service, const Inventory& inventory);

// Refuses the wish if the commit that was found for it lacks one of its grounds. `found` is what
// the commit has there, one for each.
void check_grounds(WishInWork& work, const std::vector<git::EntryKind>& found);

// Throws Error if an overlay of `service` belongs inside one of another service that has nothing
// there for it. `kinds` is what the overlays of `service` will be, one for each.
void check_others_grounds(const ServiceConfig& service, const std::vector<git::EntryKind>& kinds,
                          const Inventory& inventory);

}  // namespace overlayd
