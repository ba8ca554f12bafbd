#include "daemon/succession.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "base/text.h"

namespace overlayd {
namespace {

constexpr std::chrono::seconds retry{10};

using Parents = std::map<std::string, std::string>;

std::string root_of(Parents& parents, const std::string& name) {
  const auto parent = parents.try_emplace(name, name).first->second;
  return parent == name ? name : parents[name] = root_of(parents, parent);
}

}  // namespace

std::vector<Succession::Group> Succession::groups_of(const std::vector<Inheritance>& shares) {
  Parents parents;
  for (const auto& share : shares)
    parents[root_of(parents, share.from)] = root_of(parents, share.to);
  std::map<std::string, Group> groups;
  for (const auto& share : shares) {
    Group& group = groups[root_of(parents, share.from)];
    group.shares.push_back(share);
    group.names.insert({share.from, share.to});
  }
  std::vector<Group> result;
  result.reserve(groups.size());
  for (auto& [root, group] : groups) result.push_back(std::move(group));
  return result;
}

// What one gets from another may go on to a third: so it takes some rounds.
std::set<std::string> Succession::settle() {
  constexpr int most_rounds = 3;
  again_.cancel();
  std::set<std::string> waiting;
  for (int round = 0; round < most_rounds; round++) {
    waiting.clear();
    bool any = false;
    const Wanted wanted = callbacks_.wanted();
    for (auto& group : groups_of(inheritances(roster_.states(), wanted.services, wanted.names))) {
      const bool done = is_at_rest(group) && pass_on(group);
      if (!done) waiting.merge(group.names);
      any = any || done;
    }
    if (!any) break;
  }
  return waiting;
}

bool Succession::is_at_rest(const Group& group) const {
  return std::none_of(group.names.begin(), group.names.end(), [this](const auto& name) {
    const auto service = roster_.find(name);
    return service && service->is_at_work();
  });
}

// What is a service under another name goes first: from there the rest goes on in the next round.
// Then who is frozen or pinned: a new one has that from who gives to it first.
// Returns false if something is left over, to be tried again.
bool Succession::pass_on(const Group& group) {
  auto shares = group.shares;
  const auto rank = [this](const Inheritance& share) {
    return std::pair(share.whole, is_held(roster_.state_of(share.from)));
  };
  std::stable_sort(shares.begin(), shares.end(),
                   [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
  try {
    if (std::all_of(shares.begin(), shares.end(),
                    [this](const auto& share) { return pass_on(share); }))
      return true;
  } catch (const std::exception& error) {
    log_error("overlays cannot change hands: {}", error.what());
  }
  again_ = loop_.after(retry, callbacks_.again);
  return false;
}

bool Succession::pass_on(const Inheritance& share) {
  if (!roster_.has(share.from)) return true;  // it has another name by now
  if (!straighten_links(share)) return false;
  if (share.whole && !roster_.find(share.to)) {
    roster_.rename(share.from, share.to);
    callbacks_.renamed(share.from, share.to);
    return true;
  }
  const auto& services = callbacks_.wanted().services;
  const auto heir = std::find_if(services.begin(), services.end(),
                                 [&](const auto& service) { return service.name == share.to; });
  ServiceState from = roster_.state_of(share.from);
  ServiceState to = roster_.state_of(share.to);
  inherit(share, *heir, from, to);
  // first: what both have is given up by the other one at the next start
  if (!roster_.set_state(share.to, to)) return false;
  log_info("{}: takes over {} from {}", share.to,
           join({share.locals.begin(), share.locals.end()}, ", "), share.from);
  return roster_.set_state(share.from, from);
}

// Returns false if something cannot be done, or the disk does not take it. Then it is tried again;
// it makes no difference until then, for a link that leads into the store is known as ours.
bool Succession::straighten_links(const Inheritance& share) {
  ServiceState state = roster_.state_of(share.from);
  const Plan plan = straightened(share, workshop_.trees, state.steps);
  if (plan.empty()) return true;
  carry_out(plan, workshop_.inventory.machine(share.from));
  return roster_.set_state(share.from, state);
}

}  // namespace overlayd
