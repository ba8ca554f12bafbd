#include "daemon/upstream/beside.h"

#include <utility>

#include "base/log.h"

namespace overlayd {
namespace {

Round::Order order_of(const std::vector<Request>& requests) {
  Round::Order order{.mode = FetchMode::never, .even_if_unmoved = true, .known = {}, .wishes = {}};
  for (const auto& request : requests) order.wishes.push_back(request.wish);
  return order;
}

}  // namespace

Beside::Beside(Loop& loop, const Settings& settings, const TreeStore& store,
               const UpstreamConfig& upstream, std::vector<Request> requests, Ended ended)
    : requests_(std::move(requests)),
      ended_(std::move(ended)),
      round_(loop, settings, store, upstream, order_of(requests_),
             [this](RoundResult result) { round_ended(std::move(result)); }) {}

void Beside::round_ended(RoundResult result) {
  const Ended ended = std::move(ended_);
  std::vector<Request> rest = std::move(requests_);
  if (!result.failure)
    for (size_t i = 0; i < rest.size(); i++)
      guard([&] { rest[i].done(result, &result.wishes[i]); });
  for (auto& request : rest) request.was_beside = true;
  ended(result.failure ? std::move(rest) : std::vector<Request>{});
}

}  // namespace overlayd
