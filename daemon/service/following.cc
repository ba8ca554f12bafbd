// How a service follows its upstream: what it asks for, and what it makes of the answers.
#include <algorithm>

#include "daemon/service/service.h"
#include "daemon/steps/target.h"
#include "daemon/upstream/grounds.h"

namespace overlayd {

Wish Service::wish() const {
  return {.service = config_.name,
          .branch = config_.branch,
          .revision = "",
          .typed = "",
          .older_than = "",
          .overlays = config_.overlays,
          .origin = config_.origin,
          .grounds = grounds_in(config_, workshop_.inventory),
          .ownership = preparation_.ownership().value(),
          .write = true,
          .compare_with = ""};
}

std::optional<Request> Service::standing_request() {
  if (!preparation_.done() || leaving_) return std::nullopt;
  Request request{.mode = FetchMode::if_moved,
                  .wish = wish(),
                  .even_if_unmoved = even_if_unmoved_,
                  .done = nullptr};
  request.wish.write = !is_held(state());
  request.done = [weak = weak_from_this(), configured = fingerprint(config_)](
                     const RoundResult& round, const WishInWork* work) {
    const auto self = weak.lock();
    if (!self || self->leaving_) return;
    // While it was on its way somebody may have changed services.toml, or ended a freeze.
    const bool outdated = configured != fingerprint(self->config_) ||
                          (work != nullptr && !work->wish.write && !is_held(self->state()));
    if (outdated) return self->ask_again();
    self->on_tip(round, work);
  };
  return request;
}

void Service::ask_again() {
  even_if_unmoved_ = true;
  if (upstream_) upstream_->poll();
}

void Service::on_tip(const RoundResult& round, const WishInWork* work) {
  record_.save_again();
  if (round.failure) {
    if (!as_it_should_be()) reconcile_unless_retrying();  // from what is here already
    return settled();
  }
  if (work == nullptr) {  // nothing moved up there; has anything down here?
    if (!as_it_should_be()) reconcile_unless_retrying();
    return;
  }
  even_if_unmoved_ = false;
  tip_ = work->result;
  if (!is_held(state())) {
    if (work->granted()) return follow(work->result);
    trouble_.set_and_retry(work->result.error, work->result.hint);
  } else if (as_it_should_be()) {
    trouble_.clear();
  } else {
    reconcile_unless_retrying();
  }
  settled();
}

void Service::follow(const WishResult& content) {
  const bool same = in_sync(config_, state(), tip_) == true &&
                    state().deployed.id == content.commit.id && !queue_.busy();
  if (same && as_it_should_be()) {
    trouble_.clear();
    return settled();
  }
  if (same && trouble_.retry_at() != 0) return settled();  // it is tried again anyway
  queue_.add([self = shared_from_this(), content,
              configured = fingerprint(config_)](const Ticket& ticket) {
    // frozen, pinned or configured anew since it was asked for: then it stays
    if (is_held(self->state()) || self->leaving_ || configured != fingerprint(self->config_))
      return self->settled();
    // who was before it has seen the branch further on: there is no going back
    if (content.commit.id != self->tip_.commit.id) {
      self->ask_again();
      return self->settled();
    }
    self->change(content, {.verb = "forward", .by = on_its_own, .reason = ""},
                 [self, ticket](const ChangeResult& result) {
                   if (!result.in_place) self->trouble_.retry_later();
                   self->settled();
                 });
  });
}

// After a while, when something went wrong.
void Service::try_again() {
  even_if_unmoved_ = true;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (self->leaving_) return self->take_away(ticket);
    if (self->preparation_.done())
      return self->reconcile(ticket, [self] { self->upstream_->poll(); });
    self->prepare_and_reconcile(ticket);
  });
}

Change& Service::new_change() {
  change_ = std::make_unique<Change>(workshop_, config_, record_, activity_);
  return *change_;
}

void Service::change(const WishResult& content, const ChangeOrder& order,
                     std::function<void(const ChangeResult&)> done) {
  // what this was asked for by may give its places to another service, who has them by now
  if (leaving_ || fingerprint(config_) != fingerprint(wanted_config_))
    return done({.outcome = Outcome::failed,
                 .message = "services.toml was changed meanwhile, which comes first",
                 .hint = "once more: overlayctl forward " + config_.name});
  const auto began = std::chrono::steady_clock::now();
  new_change().run(
      content, order,
      [self = shared_from_this(), began, done = std::move(done)](const ChangeResult& result) {
        const auto took = std::chrono::steady_clock::now() - began;
        const bool failed = result.outcome == Outcome::failed;
        if (result.outcome != Outcome::unchanged)
          self->workshop_.metrics.count_change(self->config_.name, took, !failed);
        self->arm_thaw();
        // a unit that failed is remembered in the state, everything else here
        if (result.in_place)
          self->trouble_.clear();
        else
          self->trouble_.set_logged(result.message, result.hint);
        done(result);
      });
}

void Service::ask(FetchMode mode, Wish wanted, std::function<void(const WishInWork&)> got,
                  std::function<void(const ChangeResult&)> failed) {
  const std::string url = upstream_->config().url.redacted();
  activity_.begin(mode == FetchMode::if_needed
                      ? fmt::format("looking for {} in {}", name_of(wanted), url)
                      : "fetching from " + url);
  upstream_->request(
      {.mode = mode,
       .wish = std::move(wanted),
       .even_if_unmoved = true,
       .done = [self = shared_from_this(), got = std::move(got), failed = std::move(failed)](
                   const RoundResult& round, const WishInWork* work) {
         if (round.failure || work == nullptr)
           return failed({.outcome = Outcome::failed,
                          .message = round.failure ? round.failure->message : "no answer",
                          .hint = round.failure ? self->upstream_->advice_on(*round.failure) : ""});
         if (work->wish.wants_tip()) self->note_tip(*work);
         if (!work->granted())
           return failed({.outcome = work->result.refused ? Outcome::refused : Outcome::failed,
                          .message = work->result.error,
                          .hint = work->result.hint,
                          .refused_commit = work->result.refused ? work->result.commit.id : ""});
         got(*work);
       }});
}

// An answer that stood in for that to the next poll, which would find nothing new any more.
void Service::note_tip(const WishInWork& work) {
  even_if_unmoved_ = true;
  tip_ = work.result;
  if (!work.granted() && !is_held(state())) trouble_.set(work.result.error, work.result.hint);
}

}  // namespace overlayd
