#include "daemon/round.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace overlayd {
namespace {

std::vector<std::string> branches_of(const std::vector<Wish>& wishes) {
  std::set<std::string> branches;
  for (const auto& wish : wishes) branches.insert(wish.branch);
  return {branches.begin(), branches.end()};
}

}  // namespace

Round::Round(Loop& loop, const Settings& settings, const TreeStore& store,
             const UpstreamConfig& upstream, Order order, Done done)
    : loop_(loop),
      order_(std::move(order)),
      branches_(branches_of(order_.wishes)),
      done_(std::move(done)),
      session_(loop, settings, upstream,
               [this](git::Failure failure) { fail(std::move(failure)); }),
      lookup_(session_, result_.wishes, [this] { looked_up(); }),
      comparison_(session_, result_.wishes, [this] { writing_.start(); }),
      writing_(loop, session_, settings, store, upstream.url.text(), result_.wishes,
               [this] { end(); }) {
  later_ = loop.soon([this] {
    try {
      start();
    } catch (const Error& error) {
      fail({.kind = git::FailureKind::internal, .message = error.what()});
    }
  });
}

void Round::start() {
  for (auto& wish : order_.wishes)
    result_.wishes.push_back({.wish = std::move(wish), .result = {}});
  if (order_.mode == FetchMode::nothing) return lookup_.start();
  if (order_.mode == FetchMode::always) return fetch_branches();
  session_.fetch<git::Tips>(git::ListTips{.branches = branches_},
                            [this](const git::Tips& answer) { tips_listed(answer); });
}

void Round::tips_listed(const git::Tips& answer) {
  const Tips tips(answer.tips.begin(), answer.tips.end());
  if (tips != order_.known) return fetch_branches();
  result_.asked = true;
  result_.tips = tips;
  if (order_.even_if_unmoved) {
    git::Fetched present;
    for (const auto& [branch, commit] : tips) present.branches.push_back(branch);
    return branches_fetched(present);
  }
  result_.wishes.clear();
  end();
}

void Round::fetch_branches() {
  session_.warm_up();
  session_.fetch<git::Fetched>(git::FetchBranches{.branches = branches_},
                               [this](const git::Fetched& answer) {
                                 result_.fetched = true;
                                 result_.filtered = answer.filtered;
                                 branches_fetched(answer);
                               });
}

void Round::branches_fetched(const git::Fetched& answer) {
  result_.asked = true;
  for (auto& work : result_.wishes)
    if (work.wish.wants_tip() && std::find(answer.branches.begin(), answer.branches.end(),
                                           work.wish.branch) == answer.branches.end())
      work.refuse(fmt::format("the upstream has no branch '{}'", work.wish.branch));
  lookup_.start();
}

void Round::looked_up() {
  if (result_.asked && !result_.tips) {
    result_.tips.emplace();
    for (const auto& work : result_.wishes)
      if (work.granted() && work.wish.wants_tip())
        result_.tips->insert_or_assign(work.wish.branch, work.result.commit.id);
  }
  comparison_.start();
}

void Round::end() {
  // on the next turn: `done` destroys this object, and what calls here is part of it
  later_ = loop_.soon([this] {
    const Done done = std::move(done_);
    done(std::move(result_));
  });
}

void Round::fail(git::Failure failure) {
  result_.failure = std::move(failure);
  result_.wishes.clear();
  end();
}

}  // namespace overlayd
