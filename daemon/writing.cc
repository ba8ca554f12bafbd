#include "daemon/writing.h"

#include "base/error.h"

namespace overlayd {
namespace {

constexpr std::chrono::minutes accept_deadline{5};

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

}  // namespace

Writing::Writing(Loop& loop, Session& session, const Settings& settings, const TreeStore& store,
                 std::vector<WishInWork>& wishes, Callback done, Session::Failed failed)
    : loop_(loop),
      session_(session),
      settings_(settings),
      store_(store),
      wishes_(wishes),
      done_(std::move(done)),
      failed_(std::move(failed)) {}

void Writing::start() {
  for (size_t i = 0; i < wishes_.size(); i++)
    if (wishes_[i].granted()) name_trees(i);
  if (trees_.empty()) return done_();
  list_missing();
}

void Writing::name_trees(size_t index) {
  WishInWork& work = wishes_[index];
  for (size_t i = 0; i < work.result.links.size(); i++) {
    LinkResult& link = work.result.links[i];
    const std::string problem = objection(work.wish.links[i], link.kind, work.result.commit);
    if (!problem.empty() && work.granted()) work.refuse(problem);
    if (problem.empty()) link.tree = tree_name(link.oid, link.kind, work.wish.ownership);
  }
  if (!work.granted() || !work.wish.write) return;
  for (size_t i = 0; i < work.result.links.size(); i++) {
    const LinkResult& link = work.result.links[i];
    if (store_.has(link.tree)) continue;
    NewTree& tree = trees_[link.tree];
    tree.delivery = {.name = link.tree, .kind = link.kind, .ownership = work.wish.ownership};
    tree.oid = link.oid;
    tree.locals.push_back(work.wish.locals[i]);
    tree.wishes.push_back(index);
  }
}

void Writing::list_missing() {
  std::vector<std::vector<std::pair<git::Oid, git::EntryKind>>> pieces(1);
  for (const auto& [name, tree] : trees_) {
    if (pieces.back().size() == git::piece_size) pieces.emplace_back();
    pieces.back().emplace_back(tree.oid, tree.delivery.kind);
  }
  outstanding_ = pieces.size();
  for (auto& roots : pieces)
    session_.read<git::MissingBlobs>(
        git::ListMissing{.roots = std::move(roots)}, [this](const git::MissingBlobs& answer) {
          missing_.insert(missing_.end(), answer.blobs.begin(), answer.blobs.end());
          if (answer.last && --outstanding_ == 0) fetch_blobs();
        });
}

void Writing::fetch_blobs() {
  if (missing_.empty()) return write_all();
  size_t from = 0;
  for (; missing_.size() - from > git::piece_size; from += git::piece_size) {
    const auto begin = missing_.begin() + static_cast<ptrdiff_t>(from);
    session_.tell_fetcher(git::FetchBlobs{
        .blobs = {begin, begin + static_cast<ptrdiff_t>(git::piece_size)}, .last = false});
  }
  session_.fetch<git::Fetched>(
      git::FetchBlobs{.blobs = {missing_.begin() + static_cast<ptrdiff_t>(from), missing_.end()},
                      .last = true},
      [this](const git::Fetched&) { write_all(); });
}

void Writing::write_all() {
  outstanding_ = trees_.size();
  for (const auto& [name, tree] : trees_)
    session_.read<git::Written>(
        git::WriteTree{
            .oid = tree.oid, .kind = tree.delivery.kind, .name = name, .locals = tree.locals},
        [this](const git::Written& answer) { written(answer); });
}

void Writing::written(const git::Written& answer) {
  const auto tree = trees_.find(answer.name);
  if (tree != trees_.end() && !answer.error.empty()) {
    for (const size_t index : tree->second.wishes)
      if (wishes_[index].granted()) wishes_[index].refuse(answer.error);
    trees_.erase(tree);
  }
  if (--outstanding_ > 0) return;
  if (trees_.empty()) return done_();
  session_.finish_reading([this](const std::string& staging) { accept(staging); });
}

void Writing::accept(const std::string& staging) {
  std::vector<Delivery> deliveries;
  for (const auto& [name, tree] : trees_) deliveries.push_back(tree.delivery);
  acceptor_ = std::make_unique<Child>(
      loop_, [&] { accept_deliveries(store_, staging, deliveries, settings_.git_uid); },
      accept_deadline,
      [this](const Exit& exit) {
        if (exit.ok()) return done_();
        failed_({.kind = git::FailureKind::internal,
                 .message = "what was delivered is not taken over: " + exit.reason()});
      });
}

}  // namespace overlayd
