#include "daemon/upstream/round.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace overlayd {
namespace {

std::vector<std::string> branches_of(const std::vector<Wish>& wishes) {
  std::set<std::string> branches;
  for (const auto& wish : wishes) branches.insert(wish.branch);
  return {branches.begin(), branches.end()};
}

Asking asking_for(FetchMode mode) {
  switch (mode) {
    case FetchMode::never:
      return Asking::must_not;
    case FetchMode::if_needed:
      return Asking::may_have_to;
    case FetchMode::if_moved:
    case FetchMode::always:
      break;
  }
  return Asking::means_to;
}

// What it may have been meant to be; or what there is to choose from, if that is little.
std::string did_you_mean_or_all(const std::string& branch,
                                const std::vector<std::string>& present) {
  constexpr size_t few = 5;
  std::string suggestion = did_you_mean(branch, present);
  if (!suggestion.empty() || present.empty() || present.size() > few) return suggestion;
  return fmt::format(" (it has {})", printable(join(present, ", ")));
}

}  // namespace

Round::Round(Loop& loop, const Settings& settings, const TreeStore& store,
             const UpstreamConfig& upstream, Order order, Done done)
    : loop_(loop),
      order_(std::move(order)),
      branches_(branches_of(order_.wishes)),
      done_(std::move(done)),
      session_(loop, settings, upstream, asking_for(order_.mode),
               [this](git::Failure failure) { fail(std::move(failure)); }),
      lookup_(session_, result_.wishes, [this] { looked_up(); }),
      comparison_(session_, result_.wishes, [this] { writing_.start(); }),
      writing_(loop, session_, settings, store, upstream.url.text(), result_.wishes,
               [this] { end(); }) {
  later_ = loop.soon([this] {
    try {
      start();
    } catch (const Error& error) {
      fail(git::failure_of(error));
    }
  });
}

void Round::start() {
  for (auto& wish : order_.wishes) result_.wishes.emplace_back().wish = std::move(wish);
  if (order_.mode <= FetchMode::if_needed) return lookup_.start();
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
      lost_.push_back(&work);
  if (lost_.empty()) return lookup_.start();
  session_.fetch<git::Branches>(git::ListBranches{}, [this](const git::Branches& all) {
    refuse_lost(all.names);
    lookup_.start();
  });
}

void Round::refuse_lost(const std::vector<std::string>& present) {
  for (WishInWork* work : lost_) {
    const std::string& branch = work->wish.branch;
    work->refuse(fmt::format("the upstream has no branch '{}'{}", branch,
                             did_you_mean_or_all(branch, present)),
                 fmt::format("correct branch of service {} ({}; or [global]), or push '{}'",
                             work->wish.service, in_services_toml(work->wish.origin), branch));
  }
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
