#include "daemon/succession.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace overlayd {
namespace {

// Nobody else waits for more than one service: these cannot wait for each other.
void when_all_rest(const std::vector<std::shared_ptr<Service>>& services, const Callback& work) {
  const auto tickets = std::make_shared<std::vector<TaskQueue::Ticket>>();
  for (const auto& service : services)
    service->when_at_rest([tickets, work, all = services.size()](const TaskQueue::Ticket& ticket) {
      tickets->push_back(ticket);
      if (tickets->size() < all) return;
      work();
      tickets->clear();
    });
}

}  // namespace

std::vector<Inheritance> Succession::due(bool at_rest) const {
  const Wanted wanted = callbacks_.wanted();
  return inheritances(roster_.states(at_rest), wanted.services, wanted.names);
}

// What one gets from another may go on to a third: so it takes some rounds.
std::set<std::string> Succession::settle(int rounds) {
  std::set<std::string> concerned;
  std::vector<std::shared_ptr<Service>> at_work;
  for (const auto& share : due(false))
    for (const auto& name : {share.from, share.to})
      if (const auto service = roster_.find(name); concerned.insert(name).second && service)
        at_work.push_back(service);
  if (concerned.empty() || rounds == 0) return {};
  if (at_work.empty()) {
    pass_on(concerned);
    return settle(rounds - 1);
  }
  if (!std::exchange(is_due_, true))
    when_all_rest(at_work, [this, concerned] {
      is_due_ = false;
      again_ = loop_.soon(callbacks_.passed_on);
      pass_on(concerned);
    });
  return concerned;
}

// What is a service under another name goes first: from there the rest goes on in the next round.
void Succession::pass_on(const std::set<std::string>& concerned) {
  auto shares = due(true);
  std::stable_partition(shares.begin(), shares.end(),
                        [](const auto& share) { return share.whole; });
  for (const auto& share : shares) {
    if (!concerned.contains(share.from) || !concerned.contains(share.to)) continue;
    if (!roster_.has(share.from)) continue;
    if (!share.whole || roster_.find(share.to)) {
      pass_on(share);
    } else {
      roster_.rename(share.from, share.to);
      callbacks_.renamed(share.from);
    }
  }
}

void Succession::pass_on(const Inheritance& share) {
  const auto& services = callbacks_.wanted().services;
  const auto heir = std::find_if(services.begin(), services.end(),
                                 [&](const auto& service) { return service.name == share.to; });
  ServiceState from = roster_.state_of(share.from);
  ServiceState to = roster_.state_of(share.to);
  inherit(share, *heir, from, to);
  log_info("{}: takes over {} from {}", share.to,
           join({share.places.begin(), share.places.end()}, ", "), share.from);
  // first: what both have is given up by the other one at the next start
  roster_.set_state(share.to, to);
  roster_.set_state(share.from, from);
}

}  // namespace overlayd
