#include "daemon/upstream/comparison.h"

#include "base/error.h"

namespace overlayd {
namespace {

// So many are kept for one service, and as many bytes of their paths: nobody reads more, and all of
// it has to fit into a message on D-Bus.
constexpr size_t max_differences = 10'000;
constexpr size_t max_path_bytes = size_t{1} << 20;

size_t bytes_of(const FileDifference& difference, const Wish& wish) {
  return difference.path.size() + 2 * wish.overlays[difference.overlay].local.size();
}

}  // namespace

void add_differences(const git::Differences& piece, size_t overlay, WishInWork& work) {
  auto& kept = work.differences;
  size_t bytes = 0;
  for (const auto& difference : kept) bytes += bytes_of(difference, work.wish);
  for (const auto& difference : piece.differences) {
    FileDifference one{.overlay = overlay, .status = difference.status, .path = difference.path};
    bytes += bytes_of(one, work.wish);
    // what was left out once stays left out: the list has no gaps
    if (work.more_differences > 0 || kept.size() == max_differences || bytes > max_path_bytes)
      work.more_differences++;
    else
      kept.push_back(std::move(one));
  }
}

Comparison::Comparison(Session& session, std::vector<WishInWork>& wishes, Callback done)
    : session_(session), wishes_(wishes), done_(std::move(done)) {}

void Comparison::start() {
  for (auto& work : wishes_) {
    if (!work.granted() || work.wish.compare_with.empty()) continue;
    outstanding_++;
    session_.try_read(
        git::Resolve{.revision = work.wish.compare_with, .links = work.wish.links()},
        [this, &work](const git::Answer& answer) {
          const auto* before = std::get_if<git::Resolved>(&answer);
          if (before != nullptr && before->entries.size() == work.wish.overlays.size())
            compare(work, *before);
          one_done();
        });
  }
  one_done();
}

void Comparison::compare(WishInWork& work, const git::Resolved& before) {
  for (size_t i = 0; i < work.wish.overlays.size(); i++) {
    const LinkResult& after = work.result.links[i];
    if (before.entries[i].oid == after.oid && before.entries[i].kind == after.kind) continue;
    outstanding_++;
    session_.try_read(git::Diff{.before = before.entries[i].oid,
                                .before_kind = before.entries[i].kind,
                                .after = after.oid,
                                .after_kind = after.kind},
                      [this, &work, i](const git::Answer& answer) { compared(work, i, answer); });
  }
}

void Comparison::compared(WishInWork& work, size_t overlay, const git::Answer& answer) {
  if (const auto* piece = std::get_if<git::Differences>(&answer)) {
    add_differences(*piece, overlay, work);
    if (piece->last) one_done();
    return;
  }
  const auto* failure = std::get_if<git::Failure>(&answer);
  if (failure != nullptr && failure->kind == git::FailureKind::refused) {
    work.refuse(fmt::format("{}: {}", work.wish.overlays[overlay].link, failure->message));
    return one_done();
  }
  session_.fail(answer);
}

void Comparison::one_done() {
  if (--outstanding_ == 0) done_();
}

}  // namespace overlayd
