// Rollback: to a revision that somebody names, or to the last one that was different.
#include "base/error.h"
#include "base/text.h"
#include "daemon/report/advice.h"
#include "daemon/service/service.h"
#include "daemon/state/history.h"
#include "daemon/upstream/revision.h"

namespace overlayd {
namespace {

// Commits that cannot be deployed, one after the other: then something else is the matter.
constexpr size_t most_passed_over = 20;

std::string words_for(const std::vector<std::string>& passed_over) {
  std::vector<std::string> ids;
  ids.reserve(passed_over.size());
  for (const auto& id : passed_over) ids.push_back(id.substr(0, 8));
  return fmt::format("passes over {}, which cannot be deployed", join(ids, ", "));
}

}  // namespace

// Needs no package: what is to come back ran with those that are there.
void Service::rollback(const std::string& by, const std::string& revision, Answered answered) {
  take_call(by, std::move(answered), [self = shared_from_this(), revision](const Call& call) {
    if (self->state().deployed.id.empty())
      return self->reply(call, {.outcome = Outcome::refused,
                                .message = "nothing is deployed yet that could be rolled back",
                                .hint = "overlayctl status " + self->config_.name});
    const Lack lack = self->preparation_.find_owner();
    if (!lack.error.empty())
      return self->reply(call,
                         {.outcome = Outcome::failed, .message = lack.error, .hint = lack.hint});
    if (revision.empty() && !self->can_be_deployed_anew())
      return self->reply(
          call, {.outcome = Outcome::refused,
                 .message = fmt::format("its commit came from {}, which it does not follow any "
                                        "more: what is older than it is not known",
                                        came_from(self->state())),
                 .hint = fmt::format("overlayctl rollback {} {}~1, or another commit that {} has",
                                     self->config_.name, self->config_.branch,
                                     self->upstream_->config().url.redacted())});
    if (revision.empty()) return self->go_to_older(call, {.than = call.from, .refused = {}});
    self->go_to_revision(call, revision);
  });
}

void Service::want_revision(Wish& wish, const std::string& typed) const {
  wish.revision =
      seen_from_deployed(typed, deployed_commits(state()), remote_branches + wish.branch);
  wish.typed = typed;
}

void Service::go_to_revision(const Call& call, const std::string& revision) {
  Wish wanted = wish();
  try {
    want_revision(wanted, revision);
  } catch (const Error& error) {
    return reply(call, {.outcome = Outcome::refused, .message = error.what(), .hint = ""});
  }
  ask(
      FetchMode::if_needed, wanted,
      [self = shared_from_this(), call, revision](const WishInWork& work) {
        self->go_back(call, work.result, revision, "");
      },
      [self = shared_from_this(), call](ChangeResult result) {
        if (result.outcome == Outcome::refused && result.hint.empty())
          result.hint = advice_on_revisions(self->config_.name);
        self->reply(call, result);
      });
}

Service::Older Service::Older::passing_over(const ChangeResult& refusal) const {
  Older older = before(refusal.refused_commit);
  if (refused.empty()) older.why = refusal.message;
  older.refused.push_back(refusal.refused_commit);
  return older;
}

// What is older may have been refused when it was new, or have what is deployed now: the way out of
// a bad commit was to take it back.
void Service::go_to_older(const Call& call, const Older& older) {
  Wish wanted = wish();
  wanted.older_than = older.than;
  ask(
      FetchMode::if_needed, wanted,
      [self = shared_from_this(), call, older](const WishInWork& work) {
        if (in_sync(self->config_, self->state(), work.result) == true)
          return self->go_to_older(call, older.before(work.result.commit.id));
        const std::string note = older.refused.empty() ? "" : words_for(older.refused);
        self->go_back(call, work.result, "", note);
      },
      [self = shared_from_this(), call, older](const ChangeResult& result) {
        const bool passes_over = result.outcome == Outcome::refused &&
                                 !result.refused_commit.empty() &&
                                 older.refused.size() < most_passed_over;
        if (passes_over) return self->go_to_older(call, older.passing_over(result));
        self->reply_without_older(call, older, result);
      });
}

void Service::reply_without_older(const Call& call, const Older& older, ChangeResult result) {
  if (result.outcome == Outcome::refused) {
    if (!older.refused.empty()) result.message = older.why;
    if (older.refused.size() > 1)
      result.message +=
          fmt::format("; nor can {} older ones be deployed", older.refused.size() - 1);
    result.hint = advice_without_older(config_.name, state(), older.refused, result.refused_commit);
  }
  reply(call, result);
}

void Service::go_back(const Call& call, const WishResult& content, const std::string& revision,
                      const std::string& note) {
  const ChangeOrder order{.verb = "rollback",
                          .by = call.by,
                          .reason = "",
                          .revision = revision,
                          .hold = ChangeOrder::Hold::pins};
  change(content, order, [self = shared_from_this(), call, note](ChangeResult result) {
    if (!note.empty()) result.message += (result.message.empty() ? "" : "; ") + note;
    self->reply(call, result);
  });
}

}  // namespace overlayd
