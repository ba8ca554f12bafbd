#include "daemon/upstream/writing.h"

#include "base/error.h"
#include "base/text.h"
#include "git/limits.h"

namespace overlayd {
namespace {

constexpr std::chrono::minutes accept_deadline{10};

// Why a link cannot be shown; empty if it can.
std::string objection(const std::string& link, git::EntryKind kind, const Commit& commit) {
  switch (kind) {
    case git::EntryKind::missing:
      return fmt::format("'{}' is not in commit {}", link, commit.id.substr(0, 8));
    case git::EntryKind::submodule:
      return fmt::format("'{}' is a submodule in commit {}: overlays come from one repository",
                         link, commit.id.substr(0, 8));
    case git::EntryKind::symlink:
      return fmt::format("'{}' is a symbolic link in commit {}: name what it leads to", link,
                         commit.id.substr(0, 8));
    default:
      return "";
  }
}

// All that is wrong, in one piece: whoever learns of one link at a time has to push for each.
std::string some_of(const std::vector<std::string>& parts, std::string_view separator) {
  constexpr size_t most = 4;
  if (parts.size() <= most) return join(parts, separator);
  return fmt::format("{}{}{} more", join({parts.begin(), parts.begin() + most}, separator),
                     separator, parts.size() - most);
}

void refuse_bad_links(WishInWork& work) {
  std::vector<size_t> bad;
  std::vector<std::string> problems;
  std::vector<std::string> links;  // that could be pushed
  std::vector<std::string> lines;
  for (size_t i = 0; i < work.result.links.size(); i++) {
    const OverlayConfig& overlay = work.wish.overlays[i];
    const std::string problem =
        objection(overlay.link, work.result.links[i].kind, work.result.commit);
    if (problem.empty()) continue;
    bad.push_back(i);
    problems.push_back(problem);
    if (work.result.links[i].kind == git::EntryKind::missing)
      links.push_back(fmt::format("'{}'", overlay.link));
    lines.push_back(in_services_toml(overlay.origin));
  }
  if (bad.empty()) return;
  work.refuse_overlay(bad.front(), some_of(problems, "; "),
                      links.empty()
                          ? "correct " + some_of(lines, ", ")
                          : fmt::format("push {} to branch {}, or correct {}", some_of(links, ", "),
                                        work.wish.branch, some_of(lines, ", ")));
}

}  // namespace

Writing::Writing(Loop& loop, Session& session, const Settings& settings, const TreeStore& store,
                 std::string upstream, std::vector<WishInWork>& wishes, Callback done)
    : loop_(loop),
      session_(session),
      settings_(settings),
      store_(store),
      upstream_(std::move(upstream)),
      wishes_(wishes),
      done_(std::move(done)) {}

void Writing::start() {
  for (size_t i = 0; i < wishes_.size(); i++)
    if (wishes_[i].granted()) name_trees(i);
  if (trees_.empty()) return done_();
  list_missing();
}

void Writing::name_trees(size_t index) {
  WishInWork& work = wishes_[index];
  refuse_bad_links(work);
  if (!work.granted()) return;
  for (auto& link : work.result.links)
    link.tree = tree_name(link.oid, link.kind, upstream_, work.wish.ownership);
  if (!work.wish.write) return;
  for (size_t i = 0; i < work.result.links.size(); i++) {
    const LinkResult& link = work.result.links[i];
    if (store_.has(link.tree)) continue;
    NewTree& tree = trees_[link.tree];
    tree.delivery = {.name = link.tree, .kind = link.kind, .ownership = work.wish.ownership};
    tree.oid = link.oid;
    tree.locals.push_back(work.wish.overlays[i].local);
    tree.users.emplace_back(index, i);
  }
}

void Writing::drop(const std::string& name, const std::string& reason, bool refused,
                   const std::string& hint) {
  const auto tree = trees_.find(name);
  if (tree == trees_.end()) return;
  for (const auto& [index, overlay] : tree->second.users) {
    WishInWork& work = wishes_[index];
    if (!work.granted()) continue;
    const std::string error = fmt::format("'{}' in commit {}: {}", work.wish.overlays[overlay].link,
                                          work.result.commit.id.substr(0, 8), reason);
    if (refused) {
      work.refuse_overlay(overlay, error);
    } else {
      work.result.error = error;
      work.result.hint = hint;
    }
  }
  trees_.erase(tree);
}

template <typename Wanted>
bool Writing::fails_for_all(const git::Answer& answer) {
  if (std::holds_alternative<Wanted>(answer)) return false;
  const auto* failure = std::get_if<git::Failure>(&answer);
  if (failure != nullptr && failure->kind == git::FailureKind::refused) return false;
  session_.fail(answer);
  return true;
}

void Writing::list_missing() {
  outstanding_ = trees_.size();
  for (const auto& [name, tree] : trees_)
    session_.try_read(
        git::ListMissing{.oid = tree.oid, .kind = tree.delivery.kind},
        [this, name = name](const git::Answer& answer) { missing_listed(name, answer); });
}

// Pieces of the answer still come in after the tree was dropped.
void Writing::add_missing(const std::string& name, const std::vector<git::Oid>& blobs) {
  const auto tree = trees_.find(name);
  if (tree == trees_.end()) return;
  auto& missing = tree->second.missing;
  if (missing.size() + blobs.size() > git::max_entries)
    return drop(name, fmt::format("more than {} files are missing", git::max_entries), false);
  missing.insert(missing.end(), blobs.begin(), blobs.end());
}

void Writing::missing_listed(const std::string& name, const git::Answer& answer) {
  if (fails_for_all<git::MissingBlobs>(answer)) return;
  if (const auto* blobs = std::get_if<git::MissingBlobs>(&answer)) {
    add_missing(name, blobs->blobs);
    if (!blobs->last) return;
  } else {
    drop(name, std::get<git::Failure>(answer).message, true);
  }
  if (--outstanding_ > 0) return;
  Names all;
  for (const auto& [tree, what] : trees_) all.push_back(tree);
  to_fetch_.push_back(std::move(all));
  fetch_next();
}

std::set<git::Oid> Writing::missing_of(const Names& trees) const {
  std::set<git::Oid> all;
  for (const auto& name : trees) {
    const auto tree = trees_.find(name);
    if (tree != trees_.end()) all.insert(tree->second.missing.begin(), tree->second.missing.end());
  }
  return all;
}

void Writing::fetch_next() {
  if (to_fetch_.empty()) return write_all();
  const Names trees = std::move(to_fetch_.back());
  to_fetch_.pop_back();
  const std::set<git::Oid> missing = missing_of(trees);
  if (missing.empty()) return fetch_next();
  git::FetchBlobs piece{.blobs = {}, .last = false};
  for (const auto& oid : missing) {
    if (piece.blobs.size() == git::piece_size) {
      session_.tell_fetcher(piece);
      piece.blobs.clear();
    }
    piece.blobs.push_back(oid);
  }
  piece.last = true;
  session_.try_fetch(piece, [this, trees](const git::Answer& answer) { fetched(trees, answer); });
}

// For one blob that the upstream lacks it refuses the whole request: each half of the trees is
// asked for by itself then, until the one is found. The others are had by as few requests.
void Writing::fetched(const Names& trees, const git::Answer& answer) {
  const auto* failure = std::get_if<git::Failure>(&answer);
  if (failure != nullptr && is_of_upstream(failure->kind)) {
    to_fetch_.push_back(trees);
    for (const Names& names : std::exchange(to_fetch_, {})) drop_lacking(names, *failure);
    return fetch_next();
  }
  if (fails_for_all<git::Fetched>(answer)) return;
  if (failure != nullptr) {
    const auto half = trees.begin() + static_cast<ptrdiff_t>(trees.size() / 2);
    if (trees.size() == 1) {
      drop(trees.front(), "the upstream lacks a file of it: " + failure->message, false);
    } else {
      to_fetch_.emplace_back(trees.begin(), half);
      to_fetch_.emplace_back(half, trees.end());
    }
  }
  fetch_next();
}

void Writing::drop_lacking(const Names& trees, const git::Failure& failure) {
  for (const auto& name : trees)
    if (!missing_of({name}).empty())
      drop(name, "files of it are still to be fetched: " + failure.message, false,
           session_.advice_on(failure));
}

void Writing::write_all() {
  if (trees_.empty()) return done_();
  outstanding_ = trees_.size();
  for (const auto& [name, tree] : trees_)
    session_.try_read(
        git::WriteTree{
            .oid = tree.oid, .kind = tree.delivery.kind, .name = name, .locals = tree.locals},
        [this, name = name](const git::Answer& answer) { written(name, answer); });
}

void Writing::written(const std::string& name, const git::Answer& answer) {
  if (fails_for_all<git::Written>(answer)) return;
  if (const auto* failure = std::get_if<git::Failure>(&answer))
    drop(name, failure->message, true);
  else if (const auto& written = std::get<git::Written>(answer); written.refused)
    drop(name, written.error, true);
  else if (!written.error.empty())
    drop(name, fmt::format("in {}: {}", settings_.staging(), written.error), false);
  if (--outstanding_ > 0) return;
  if (trees_.empty()) return done_();
  session_.finish_reading([this](const std::string& staging) { accept(staging); });
}

void Writing::accept(const std::string& staging) {
  std::vector<Delivery> deliveries;
  for (const auto& [name, tree] : trees_) deliveries.push_back(tree.delivery);
  acceptor_ = std::make_unique<Child>(
      loop_,
      [&] { return to_text(accept_deliveries(store_, staging, deliveries, settings_.git_uid)); },
      accept_deadline, [this](const Exit& exit) { accepted(exit); });
}

// What is in the store was accepted; the report only says why the others were not.
void Writing::accepted(const Exit& exit) {
  if (!exit.ok())
    return session_.fail(
        git::Failure{.kind = git::FailureKind::internal,
                     .message = "what was delivered is not taken over: " + exit.reason()});
  const Refusals refusals = parse_refusals(exit.report);
  for (const auto& [name, tree] : Trees(trees_)) {
    if (store_.has(name)) continue;
    const auto refusal = refusals.find(name);
    drop(name,
         "what was delivered is not taken over: " +
             (refusal == refusals.end() ? "no reason was told" : refusal->second),
         false);
  }
  done_();
}

}  // namespace overlayd
