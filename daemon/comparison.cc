#include "daemon/comparison.h"

namespace overlayd {

Comparison::Comparison(Session& session, std::vector<WishInWork>& wishes, Callback done)
    : session_(session), wishes_(wishes), done_(std::move(done)) {}

void Comparison::start() {
  for (auto& work : wishes_) {
    if (!work.granted() || work.wish.compare_with.empty()) continue;
    outstanding_++;
    session_.try_read(git::Resolve{.revision = work.wish.compare_with, .links = work.wish.links},
                      [this, &work](const git::Answer& answer) {
                        const auto* before = std::get_if<git::Resolved>(&answer);
                        if (before != nullptr && before->entries.size() == work.wish.links.size())
                          compare(work, *before);
                        one_done();
                      });
  }
  one_done();
}

void Comparison::compare(WishInWork& work, const git::Resolved& before) {
  for (size_t i = 0; i < work.wish.links.size(); i++) {
    const LinkResult& after = work.result.links[i];
    if (before.entries[i].oid == after.oid && before.entries[i].kind == after.kind) continue;
    outstanding_++;
    session_.read<git::Differences>(
        git::Diff{.before = before.entries[i].oid,
                  .before_kind = before.entries[i].kind,
                  .after = after.oid,
                  .after_kind = after.kind},
        [this, &work, i](const git::Differences& answer) {
          for (const auto& difference : answer.differences)
            work.result.differences.push_back(
                {.link = i, .status = difference.status, .path = difference.path});
          if (answer.last) one_done();
        });
  }
}

void Comparison::one_done() {
  if (--outstanding_ == 0) done_();
}

}  // namespace overlayd
