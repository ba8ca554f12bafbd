#include "daemon/service.h"

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "config/owner.h"

namespace overlayd {
namespace {

constexpr const char* on_its_own = "overlayd";
constexpr std::chrono::seconds first_retry{10};
constexpr std::chrono::minutes longest_retry{10};

}  // namespace

Service::Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
                 ServiceState state, std::shared_ptr<Upstream> upstream)
    : loop_(loop),
      workshop_(workshop),
      packages_(packages),
      config_(std::move(config)),
      state_(std::move(state)),
      upstream_(std::move(upstream)) {
  arm_thaw();
}

// --- one thing after the other ------------------------------------------------------------------

void Service::enqueue(Task task) {
  tasks_.push_back(std::move(task));
  if (!busy_) run_next();
}

void Service::run_next() {
  if (tasks_.empty()) return;
  busy_ = true;
  const Task task = std::move(tasks_.front());
  tasks_.pop_front();
  task([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->busy_ = false;
    self->publish_metrics();
    self->run_next();
  });
}

// --- coming up ----------------------------------------------------------------------------------

void Service::start(Callback settled) {
  settled_ = std::move(settled);
  enqueue([self = shared_from_this()](const Callback& over) {
    self->prepare([self, over](const std::string& error) {
      if (error.empty())
        self->reconcile(over);
      else
        over();
    });
  });
}

void Service::prepare(const std::function<void(const std::string&)>& prepared) {
  const auto failed = [this, prepared](const std::string& error) {
    set_problem(error);
    retry_later();
    settled();
    prepared(error);
  };
  try {
    packages_.install(config_.packages, config_.name,
                      [self = shared_from_this(), prepared, failed](const std::string& error) {
                        if (!error.empty()) return failed(error);
                        try {
                          const Owner owner =
                              resolve_owner(self->config_.user, self->config_.group);
                          self->ownership_ = Ownership{
                              .uid = owner.uid, .gid = owner.gid, .umask = self->config_.umask};
                        } catch (const std::exception& unknown) {
                          return failed(unknown.what());
                        }
                        prepared("");
                      });
  } catch (const Error& error) {
    failed(error.what());
  }
}

// Brings what is deployed in line with a configuration that changed, without asking the upstream.
// If it is another upstream or branch now, the next round sees to it.
void Service::reconcile(const Callback& over) {
  const bool same_history = state_.upstream == config_.upstream && state_.branch == config_.branch;
  const bool changed = state_.configured != fingerprint(config_);
  if (state_.deployed.id.empty() || !changed || !same_history) {
    upstream_->poll();
    return over();
  }
  Wish wanted = wish();
  wanted.revision = state_.deployed.id;
  ask(
      FetchMode::nothing, wanted,
      [self = shared_from_this(), over](const WishInWork& work) {
        self->change(work.result, {.verb = "configuration", .by = on_its_own, .reason = ""},
                     [self, over](const ChangeResult&) {
                       self->upstream_->poll();
                       over();
                     });
      },
      [self = shared_from_this(), over](const ChangeResult& result) {
        self->set_problem(result.message);
        self->upstream_->poll();
        over();
      });
}

void Service::reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream) {
  enqueue([self = shared_from_this(), config = std::move(config),
           upstream = std::move(upstream)](const Callback& over) {
    self->generation_++;
    self->config_ = config;
    self->upstream_ = upstream;
    self->ownership_.reset();
    self->tip_ = {};
    self->look_anyway_ = true;
    self->prepare([self, over](const std::string& error) {
      if (error.empty())
        self->reconcile(over);
      else
        over();
    });
  });
}

void Service::settled() {
  const Callback settled = std::move(settled_);
  settled_ = nullptr;
  if (settled) settled();
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
  if (!ownership_) return std::nullopt;
  Request request{.wish = wish(), .look_anyway = look_anyway_, .done = nullptr};
  request.wish.write = !held();
  request.done = [weak = weak_from_this(), configured = fingerprint(config_)](
                     const RoundResult& round, const WishInWork* work) {
    const auto self = weak.lock();
    if (!self) return;
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
  if (round.failure) return settled();
  if (work == nullptr) return;
  look_anyway_ = false;
  tip_ = work->result;
  if (!work->granted()) {
    set_problem(work->result.error);
    retry_later();
    publish_metrics();
    return settled();
  }
  if (!held()) return follow(work->result);
  set_problem("");
  publish_metrics();
  settled();
}

bool Service::in_sync() const {
  if (tip_.links.size() != config_.overlays.size()) return false;
  for (size_t i = 0; i < config_.overlays.size(); i++) {
    const auto& local = config_.overlays[i].local;
    const bool there = std::any_of(state_.steps.begin(), state_.steps.end(), [&](const Step& step) {
      return step.subject == local && step.value == tip_.links[i].tree;
    });
    if (!there) return false;
  }
  return true;
}

void Service::follow(const WishResult& content) {
  const bool nothing_to_do = in_sync() && state_.deployed.id == content.commit.id &&
                             state_.configured == fingerprint(config_) && !busy_;
  if (nothing_to_do) {
    set_problem("");
    publish_metrics();
    return settled();
  }
  enqueue([self = shared_from_this(), content,
           configured = fingerprint(config_)](const Callback& over) {
    // frozen, pinned or configured anew since it was asked for: then it stays
    if (self->held() || configured != fingerprint(self->config_)) return over();
    self->change(content, {.verb = "forward", .by = on_its_own, .reason = ""},
                 [self, over](const ChangeResult& result) {
                   if (result.outcome == Outcome::failed && self->state_.failure.empty())
                     self->retry_later();
                   self->settled();
                   over();
                 });
  });
}

void Service::change(const WishResult& content, const ChangeOrder& order,
                     std::function<void(const ChangeResult&)> done) {
  const auto began = std::chrono::steady_clock::now();
  change_ = std::make_unique<Change>(workshop_, config_, state_);
  change_->run(
      content, order,
      [self = shared_from_this(), began, done = std::move(done)](const ChangeResult& result) {
        const auto took = std::chrono::steady_clock::now() - began;
        const bool failed = result.outcome == Outcome::failed;
        if (result.outcome != Outcome::unchanged)
          self->workshop_.metrics.count_change(self->config_.name, took, !failed);
        // a unit that failed is remembered in the state, everything else here
        self->set_problem(result.in_place ? "" : result.message, result.hint);
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
         // This answer stood in for that to the next poll, which would find nothing new any more.
         if (work->wish.wants_tip()) self->look_anyway_ = true;
         if (work->wish.wants_tip()) self->tip_ = work->result;
         if (work->wish.wants_tip() && !work->granted() && !self->held())
           self->set_problem(work->result.error);
         if (!work->granted())
           return failed({.outcome = work->result.refused ? Outcome::refused : Outcome::failed,
                          .message = work->result.error,
                          .hint = ""});
         got(*work);
       }});
}

void Service::remove(std::function<void(bool)> removed) {
  enqueue([self = shared_from_this(), removed = std::move(removed)](const Callback& over) {
    self->retry_.cancel();
    self->thaw_timer_.cancel();
    self->change_ = std::make_unique<Change>(self->workshop_, self->config_, self->state_);
    self->change_->remove({.verb = "configuration", .by = on_its_own, .reason = "removed"},
                          [self, removed, over](const ChangeResult& result) {
                            const bool gone = self->state_.steps.empty();
                            if (!gone) self->set_problem(result.message);
                            over();
                            removed(gone);
                          });
  });
}

// --- what is wrong ------------------------------------------------------------------------------

void Service::set_problem(const std::string& problem, const std::string& hint) {
  if (!problem.empty() && problem != problem_)
    log_line(LOG_WARNING, fmt::format("{}: {}", config_.name, problem),
             {"OVERLAYD_SERVICE=" + config_.name});
  if (problem != problem_) problem_at_ = problem.empty() ? 0 : now();
  problem_ = problem;
  hint_ = hint;
  if (!problem.empty()) return;
  retries_ = 0;
  retry_at_ = 0;
  retry_.cancel();
}

void Service::retry_later() {
  look_anyway_ = true;
  const auto delay = std::min<std::chrono::seconds>(first_retry * (1U << std::min(retries_++, 10U)),
                                                    longest_retry);
  retry_at_ = now() + static_cast<uint64_t>(delay.count());
  retry_ = loop_.after(delay, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    if (self->ownership_) return self->upstream_->poll();
    self->enqueue([self](const Callback& over) {
      self->prepare([self, over](const std::string& error) {
        if (error.empty())
          self->reconcile(over);
        else
          over();
      });
    });
  });
}

void Service::save() {
  try {
    workshop_.store.save(config_.name, state_, Durability::now);
  } catch (const Error& error) {
    set_problem(fmt::format("cannot save its state: {}", error.what()));
  }
}

void Service::arm_thaw() {
  thaw_timer_.cancel();
  if (!state_.frozen || state_.frozen->until == 0) return;
  const uint64_t present = now();
  const uint64_t wait = state_.frozen->until > present ? state_.frozen->until - present : 0;
  thaw_timer_ = loop_.after(std::chrono::seconds(wait), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->thaw(on_its_own, [](const Value&) {});
  });
}

void Service::publish_metrics() {
  if (!upstream_) return;
  workshop_.metrics.set_service(config_.name,
                                {.deployed = state_.deployed.id,
                                 .upstream = tip_.commit.id,
                                 .in_sync = in_sync(),
                                 .state = state_name(),
                                 .failed = !problem_.empty() || !state_.failure.empty(),
                                 .changed_at = state_.deployed_at});
}

}  // namespace overlayd
