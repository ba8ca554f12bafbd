#include "daemon/service.h"

#include <algorithm>

#include "base/error.h"
#include "config/owner.h"
#include "daemon/target.h"

namespace overlayd {
namespace {

constexpr const char* on_its_own = "overlayd";

}  // namespace

Service::Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
                 ServiceState state, std::shared_ptr<Upstream> upstream)
    : loop_(loop),
      workshop_(workshop),
      packages_(packages),
      config_(std::move(config)),
      record_(workshop.store, config_.name, std::move(state)),
      upstream_(std::move(upstream)),
      wanted_config_(config_),
      wanted_upstream_(upstream_),
      queue_(
          loop, [this] { publish_metrics(); },
          [this](const std::string& error) {
            trouble_.set(error);
            trouble_.retry_later();
            settled();
          }),
      trouble_(loop, config_.name, [this] { try_again(); }) {
  arm_thaw();
}

// --- coming up ----------------------------------------------------------------------------------

void Service::start(Callback settled) {
  settled_ = std::move(settled);
  queue_.add(
      [self = shared_from_this()](const Ticket& ticket) { self->prepare_and_reconcile(ticket); });
}

void Service::tell_unit() {
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    self->change_ = std::make_unique<Change>(self->workshop_, self->config_, self->record_);
    self->change_->tell_unit({.verb = "restore", .by = on_its_own, .reason = ""},
                             [ticket](const ChangeResult&) {});
  });
}

void Service::prepare(const std::function<void(const std::string&)>& prepared) {
  packages_.install(config_.packages, config_.name,
                    [self = shared_from_this(), prepared](const std::string& missing) {
                      const std::string error = missing.empty() ? self->find_owner() : missing;
                      if (!error.empty()) {
                        self->trouble_.set(error);
                        self->trouble_.retry_later();
                        self->settled();
                      }
                      prepared(error);
                    });
}

void Service::prepare_and_reconcile(const Ticket& ticket) {
  prepare([self = shared_from_this(), ticket](const std::string& error) {
    if (error.empty()) self->reconcile(ticket);
  });
}

// Returns why the service's user is not known; empty: it is.
std::string Service::find_owner() {
  try {
    const Owner owner = resolve_owner(config_.user, config_.group);
    ownership_ = Ownership{.uid = owner.uid, .gid = owner.gid, .umask = config_.umask};
    return "";
  } catch (const std::exception& unknown) {
    return unknown.what();
  }
}

// Brings what is deployed in line with a configuration that changed, without asking the upstream.
// If it is another upstream or branch now, the next round sees to it.
void Service::reconcile(const Ticket& ticket) {
  const bool same_history =
      state().upstream == config_.upstream && state().branch == config_.branch;
  const bool changed = state().configured != fingerprint(config_);
  if (state().deployed.id.empty() || !changed || !same_history) return upstream_->poll();
  deploy_anew(ticket);
}

void Service::deploy_anew(const Ticket& ticket) {
  Wish wanted = wish();
  wanted.revision = state().deployed.id;
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), ticket](const WishInWork& work) {
        self->change(work.result, {.verb = "configuration", .by = on_its_own, .reason = ""},
                     [self, ticket](const ChangeResult&) { self->upstream_->poll(); });
      },
      [self = shared_from_this(), ticket](const ChangeResult& result) {
        self->trouble_.set(result.message);
        self->upstream_->poll();
      });
}

void Service::reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream) {
  wanted_config_ = std::move(config);
  wanted_upstream_ = std::move(upstream);
  leaving_ = false;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    self->config_ = self->wanted_config_;
    self->upstream_ = self->wanted_upstream_;
    self->ownership_.reset();
    self->tip_ = {};
    self->look_anyway_ = true;
    self->prepare_and_reconcile(ticket);
  });
}

void Service::look_after() {
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (self->leaving_ || self->is_in_place() || !self->ownership_) return;
    self->deploy_anew(ticket);
  });
}

void Service::settled() {
  const Callback settled = std::move(settled_);
  settled_ = nullptr;
  if (settled) settled();
}

// --- going away ---------------------------------------------------------------------------------

void Service::remove(Callback removed) {
  leaving_ = true;
  removed_ = std::move(removed);
  queue_.add([self = shared_from_this()](const Ticket& ticket) { self->take_away(ticket); });
}

void Service::take_away(const Ticket& ticket) {
  if (!leaving_) return;
  thaw_timer_.cancel();
  change_ = std::make_unique<Change>(workshop_, config_, record_);
  change_->remove({.verb = "configuration", .by = on_its_own, .reason = "removed"},
                  [self = shared_from_this(), ticket](const ChangeResult& result) {
                    if (!self->state().steps.empty()) {
                      self->trouble_.set(result.message);
                      return self->trouble_.retry_later();
                    }
                    self->trouble_.clear();
                    if (self->leaving_) self->removed_();
                  });
}

// --- following ----------------------------------------------------------------------------------

Wish Service::wish() const {
  Wish wish{.service = config_.name,
            .branch = config_.branch,
            .revision = "",
            .older_than = "",
            .links = {},
            .locals = {},
            .ownership = *ownership_,
            .write = true,
            .compare_with = ""};
  for (const auto& overlay : config_.overlays) {
    wish.links.push_back(overlay.link);
    wish.locals.push_back(overlay.local);
  }
  return wish;
}

std::optional<Request> Service::standing_request() {
  if (!ownership_ || leaving_) return std::nullopt;
  Request request{.wish = wish(), .look_anyway = look_anyway_, .done = nullptr};
  request.wish.write = !held();
  request.done = [weak = weak_from_this(), configured = fingerprint(config_)](
                     const RoundResult& round, const WishInWork* work) {
    const auto self = weak.lock();
    if (!self || self->leaving_) return;
    // While it was on its way somebody may have changed services.toml, or ended a freeze.
    const bool outdated = configured != fingerprint(self->config_) ||
                          (work != nullptr && !work->wish.write && !self->held());
    if (outdated) return self->look_again();
    self->on_tip(round, work);
  };
  return request;
}

void Service::look_again() {
  look_anyway_ = true;
  upstream_->poll();
}

void Service::on_tip(const RoundResult& round, const WishInWork* work) {
  record_.save_again();
  if (round.failure) return settled();
  if (work == nullptr) return;
  look_anyway_ = false;
  tip_ = work->result;
  if (!work->granted()) {
    trouble_.set(work->result.error);
    trouble_.retry_later();
  } else if (!held()) {
    return follow(work->result);
  } else {
    trouble_.clear();
  }
  publish_metrics();
  settled();
}

bool Service::in_sync() const {
  if (tip_.links.size() != config_.overlays.size()) return false;
  for (size_t i = 0; i < config_.overlays.size(); i++) {
    const auto& local = config_.overlays[i].local;
    const auto& steps = state().steps;
    const bool there = std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
      return step.subject == local && step.value == tip_.links[i].tree;
    });
    if (!there) return false;
  }
  return true;
}

void Service::follow(const WishResult& content) {
  const bool nothing_to_do = in_sync() && state().deployed.id == content.commit.id &&
                             state().configured == fingerprint(config_) && !queue_.busy();
  if (nothing_to_do) {
    trouble_.clear();
    publish_metrics();
    return settled();
  }
  queue_.add([self = shared_from_this(), content,
              configured = fingerprint(config_)](const Ticket& ticket) {
    // frozen, pinned or configured anew since it was asked for: then it stays
    if (self->held() || self->leaving_ || configured != fingerprint(self->config_)) return;
    self->change(content, {.verb = "forward", .by = on_its_own, .reason = ""},
                 [self, ticket](const ChangeResult& result) {
                   if (!result.in_place) self->trouble_.retry_later();
                   self->settled();
                 });
  });
}

// After a while, when something went wrong.
void Service::try_again() {
  look_anyway_ = true;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (self->leaving_) return self->take_away(ticket);
    if (self->ownership_) return self->upstream_->poll();
    self->prepare_and_reconcile(ticket);
  });
}

void Service::change(const WishResult& content, const ChangeOrder& order,
                     std::function<void(const ChangeResult&)> done) {
  const auto began = std::chrono::steady_clock::now();
  change_ = std::make_unique<Change>(workshop_, config_, record_);
  change_->run(
      content, order,
      [self = shared_from_this(), began, done = std::move(done)](const ChangeResult& result) {
        const auto took = std::chrono::steady_clock::now() - began;
        const bool failed = result.outcome == Outcome::failed;
        if (result.outcome != Outcome::unchanged)
          self->workshop_.metrics.count_change(self->config_.name, took, !failed);
        // a unit that failed is remembered in the state, everything else here
        if (result.in_place)
          self->trouble_.clear();
        else
          self->trouble_.set(result.message, result.hint);
        done(result);
      });
}

void Service::ask(FetchMode mode, Wish wanted, std::function<void(const WishInWork&)> got,
                  std::function<void(const ChangeResult&)> failed) {
  upstream_->request(
      mode,
      {.wish = std::move(wanted),
       .look_anyway = true,
       .done = [weak = weak_from_this(), got = std::move(got), failed = std::move(failed)](
                   const RoundResult& round, const WishInWork* work) {
         const auto self = weak.lock();
         if (!self) return;
         if (round.failure || work == nullptr)
           return failed({.outcome = Outcome::failed,
                          .message = round.failure ? round.failure->message : "no answer",
                          .hint = self->upstream_->hint()});
         if (work->wish.wants_tip()) self->note_tip(*work);
         if (!work->granted())
           return failed({.outcome = work->result.refused ? Outcome::refused : Outcome::failed,
                          .message = work->result.error,
                          .hint = ""});
         got(*work);
       }});
}

// An answer that stood in for that to the next poll, which would find nothing new any more.
void Service::note_tip(const WishInWork& work) {
  look_anyway_ = true;
  tip_ = work.result;
  if (!work.granted() && !held()) trouble_.set(work.result.error);
}

// --- what goes with it ---------------------------------------------------------------------------

bool Service::is_in_place() const {
  const auto& steps = state().steps;
  return std::all_of(steps.begin(), steps.end(),
                     [this](const Step& step) { return holds(step, workshop_.trees); });
}

void Service::arm_thaw() {
  thaw_timer_.cancel();
  if (!state().frozen || state().frozen->until == 0) return;
  thaw_timer_ = loop_.at(state().frozen->until, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->thaw(on_its_own, [](const Value&) {});
  });
}

void Service::publish_metrics() {
  if (!upstream_ || leaving_) return;
  workshop_.metrics.set_service(config_.name, {.deployed = state().deployed.id,
                                               .upstream = tip_.commit.id,
                                               .in_sync = in_sync(),
                                               .state = state_name(),
                                               .failed = trouble_.any() || !state().failure.empty(),
                                               .changed_at = state().deployed_at});
}

}  // namespace overlayd
