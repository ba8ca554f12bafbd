#include "daemon/upstream/lookup.h"

#include "base/error.h"
#include "base/text.h"
#include "daemon/upstream/grounds.h"
#include "daemon/upstream/revision.h"

namespace overlayd {
namespace {

constexpr uint64_t most_to_deepen = 1'000'000;
// A text that no commit has must not bring the whole history: some 7,000 commits, in five steps.
constexpr uint64_t most_to_search = 6'000;

std::string revision_of(const Wish& wish, bool as_branch) {
  if (wish.revision.empty()) return remote_branches + wish.branch;
  return as_branch ? remote_branches + wish.revision : wish.revision;
}

// What is asked about: the links, and behind them what overlays inside them stand on.
std::vector<std::string> paths_of(const Wish& wish) {
  std::vector<std::string> paths = wish.links();
  for (const auto& ground : wish.grounds) paths.push_back(ground.path);
  return paths;
}

}  // namespace

std::string name_of(const Wish& wish) {
  if (!wish.older_than.empty())
    return fmt::format("commit before {} with other content for this service",
                       wish.older_than.substr(0, 8));
  if (wish.wants_tip()) return fmt::format("branch {}", wish.branch);
  return fmt::format("revision '{}'",
                     printable(wish.typed.empty() ? wish.revision : wish.typed, 200));
}

Lookup::Lookup(Session& session, std::vector<WishInWork>& wishes, Callback done)
    : session_(session), wishes_(wishes), done_(std::move(done)) {}

void Lookup::start() {
  for (const auto& work : wishes_)
    if (work.granted()) outstanding_++;
  if (outstanding_ == 0) return done_();
  for (size_t i = 0; i < wishes_.size(); i++)
    if (wishes_[i].granted()) resolve(i);
}

void Lookup::resolve(size_t index) {
  const Wish& wish = wishes_[index].wish;
  const auto request =
      wish.older_than.empty()
          ? git::ReadRequest(git::Resolve{.revision = revision_of(wish, as_branch_.contains(index)),
                                          .links = paths_of(wish)})
          : git::ReadRequest(git::ResolveOlder{.commit = wish.older_than, .links = paths_of(wish)});
  session_.try_read(request, [this, index](const git::Answer& answer) { resolved(index, answer); });
}

void Lookup::resolved(size_t index, const git::Answer& answer) {
  WishInWork& work = wishes_[index];
  if (const auto* found = std::get_if<git::Resolved>(&answer)) {
    if (found->resolution == git::Resolution::found)
      take(work, *found);
    else
      beyond_.insert(index);
    if (found->resolution == git::Resolution::unknown && as_branch_.contains(index)) {
      beyond_.erase(index);
      work.refuse(fmt::format("there is no {} in the upstream", name_of(work.wish)));
    }
  } else {
    const auto* failure = std::get_if<git::Failure>(&answer);
    work.result.error = failure == nullptr
                            ? "overlayd-git gave no sensible answer"
                            : fmt::format("{}: {}", name_of(work.wish), failure->message);
    // an ambiguous revision, say: only who typed it can do something about it
    if (!work.wish.revision.empty() ||
        (failure != nullptr && failure->kind == git::FailureKind::refused))
      work.refuse(work.result.error);
  }
  outstanding_--;
  if (outstanding_ == 0) settle();
}

void Lookup::take(WishInWork& work, const git::Resolved& found) {
  const size_t links = work.wish.overlays.size();
  if (found.entries.size() != links + work.wish.grounds.size())
    return work.refuse("overlayd-git gave no sensible answer");
  work.result.commit = {
      .id = found.commit, .subject = found.subject, .author = found.author, .time = found.time};
  std::vector<git::EntryKind> grounds;
  for (size_t i = 0; i < found.entries.size(); i++) {
    const git::Entry& entry = found.entries[i];
    if (i < links)
      work.result.links.push_back({.kind = entry.kind, .oid = entry.oid, .tree = ""});
    else
      grounds.push_back(entry.kind);
  }
  check_grounds(work, grounds);
}

void Lookup::settle() {
  if (beyond_.empty()) return done_();
  bring_more();
}

void Lookup::bring_more() {
  for (const size_t index : beyond_) {
    const Wish& wish = wishes_[index].wish;
    if (!wish.older_than.empty() || wish.wants_tip()) continue;
    const bool in_full = wish.revision.starts_with(remote_branches);
    if (in_full && name_to_fetch(wish.revision) == wish.branch) continue;  // it was fetched
    if (fetched_by_name_.insert(index).second) return fetch_by_name(index);
    if (as_branch_.insert(index).second) return again();
  }
  as_branch_.clear();
  deepen();
}

void Lookup::fetch_by_name(size_t index) {
  const std::string name = name_to_fetch(wishes_[index].wish.revision);
  if (name.empty()) return again();
  fetch(git::FetchRevision{.name = name}, [this](const git::Fetched&) { again(); });
}

void Lookup::deepen() {
  if (deepen_by_ > most_to_search) give_up_searching();
  if (beyond_.empty()) return done_();
  fetch(git::Deepen{.by = deepen_by_}, [this](const git::Fetched& answer) {
    if (answer.changed && deepen_by_ < most_to_deepen) return again();
    for (const size_t index : beyond_)
      wishes_[index].refuse(
          fmt::format("there is no {} in the upstream", name_of(wishes_[index].wish)));
    beyond_.clear();
    done_();
  });
  deepen_by_ *= 4;
}

void Lookup::fetch(const git::FetchRequest& request, std::function<void(const git::Fetched&)> got) {
  session_.try_fetch(request, [this, got = std::move(got)](const git::Answer& answer) {
    if (const auto* fetched = std::get_if<git::Fetched>(&answer)) return got(*fetched);
    const auto* failure = std::get_if<git::Failure>(&answer);
    if (failure == nullptr || !is_of_upstream(failure->kind)) return session_.fail(answer);
    give_up_asking(*failure);
    done_();
  });
}

void Lookup::give_up_asking(const git::Failure& failure) {
  for (const size_t index : std::exchange(beyond_, {})) {
    WishInWork& work = wishes_[index];
    work.result.error =
        fmt::format("to find {}, more has to be fetched: {}", name_of(work.wish), failure.message);
    work.result.hint = session_.advice_on(failure);
  }
}

void Lookup::give_up_searching() {
  std::erase_if(beyond_, [this](size_t index) {
    WishInWork& work = wishes_[index];
    if (!looks_for_text(work.wish.revision)) return false;
    work.refuse(fmt::format("there is no {} among the last {} commits", name_of(work.wish),
                            most_to_search));
    return true;
  });
}

void Lookup::again() {
  const std::set<size_t> indexes = std::move(beyond_);
  beyond_.clear();
  outstanding_ = indexes.size();
  for (const size_t index : indexes) resolve(index);
}

}  // namespace overlayd
