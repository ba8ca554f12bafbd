#include "daemon/service/service.h"

#include <algorithm>

#include "base/text.h"
#include "config/owner.h"
#include "daemon/service/restore.h"

namespace overlayd {

Service::Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
                 Remembered remembered, std::shared_ptr<Upstream> upstream)
    : loop_(loop),
      workshop_(workshop),
      packages_(packages),
      config_(std::move(config)),
      record_(workshop.store, config_.name, std::move(remembered)),
      upstream_(std::move(upstream)),
      wanted_config_(config_),
      wanted_upstream_(upstream_),
      queue_(
          loop, [this] { activity_.end(); },
          [this](const std::string& error) {
            trouble_.set(error);
            trouble_.retry_later();
            settled();
          }),
      trouble_(loop, config_.name, [this] { try_again(); }) {}

// --- coming up ----------------------------------------------------------------------------------

void Service::start(Callback settled) {
  settled_ = std::move(settled);
  arm_thaw();
  queue_.add(
      [self = shared_from_this()](const Ticket& ticket) { self->prepare_and_reconcile(ticket); });
}

void Service::tell_unit() {
  queue_.add(
      [self = shared_from_this()](const Ticket& ticket) { self->tell_of_restore([ticket] {}); });
}

// Nobody waits for apt: it may be one who holds dpkg's lock, to install overlayd for instance.
void Service::prepare(const Prepared& prepared) {
  if (!recall()) {
    not_ready(record_.unreadable(), recall_hint());
    return prepared(record_.unreadable(), recall_hint());
  }
  if (!config_.packages.empty())
    activity_.begin("waiting for apt-get to install " + join(config_.packages, " "));
  const bool at_once = packages_.install(
      config_.packages, config_.name,
      [self = shared_from_this(), prepared](const std::string& missing) {
        const std::string error = missing.empty() ? self->find_owner() : missing;
        const std::string hint = missing.empty() ? self->owner_hint() : self->packages_hint();
        self->prepared_ = error.empty();
        if (!error.empty()) self->not_ready(error, hint);
        prepared(error, hint);
      });
  if (!at_once) settled();
}

void Service::not_ready(const std::string& error, const std::string& hint) {
  trouble_.set(error, hint);
  trouble_.retry_later();
  settled();
}

// Whether it is known what there is of it. Before it is, nothing is done: that would be forgotten.
bool Service::recall() {
  if (record_.unreadable().empty()) return true;
  Memory memory{{config_.name, workshop_.store.load(config_.name)}};
  if (memory[config_.name].unreadable.empty())
    overlayd::restore(workshop_.store, workshop_.trees, workshop_.inventory, memory);
  record_.recall(std::move(memory[config_.name]));
  if (!record_.unreadable().empty()) return false;
  arm_thaw();
  return true;
}

std::string Service::recall_hint() const {
  return fmt::format("mend {0}/{1}, or remove it: then {1} starts anew",
                     workshop_.settings.states(), config_.name);
}

std::string Service::owner_hint() const {
  return fmt::format("name a user and a group of this machine in {}, or make them",
                     place_of(config_.origin));
}

std::string Service::packages_hint() const {
  return fmt::format("is package right in {}? Else see: apt-get update; apt-get install {}",
                     place_of(config_.origin), join(config_.packages, " "));
}

void Service::prepare_and_reconcile(const Ticket& ticket) {
  prepare([self = shared_from_this(), ticket](const std::string& error, const std::string&) {
    if (!error.empty()) return;
    self->drop_empty_hold();
    // one that comes back has what the branch has by now, unless that cannot be had
    if (self->state().deployed.id.empty() && !self->held()) return self->upstream_->poll();
    self->reconcile(ticket, [self] { self->upstream_->poll(); });
  });
}

// It came back, and follows another upstream or branch: what it was held at is not to be had there.
void Service::drop_empty_hold() {
  if (!held() || !state().deployed.id.empty() || can_be_deployed_anew()) return;
  record_.state().pinned.reset();
  record_.state().frozen.reset();
  arm_thaw();
  note("thaw", on_its_own, "it came back with another upstream or branch", "");
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

void Service::reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream) {
  wanted_config_ = std::move(config);
  wanted_upstream_ = std::move(upstream);
  if (!upstream_) upstream_ = wanted_upstream_;  // from now on it can be asked for its status
  leaving_ = false;
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    self->config_ = self->wanted_config_;
    self->upstream_ = self->wanted_upstream_;
    self->prepared_ = false;
    self->ownership_.reset();
    self->tip_ = {};
    self->look_anyway_ = true;
    self->trouble_.clear();  // it came of the configuration before
    self->prepare_and_reconcile(ticket);
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
  if (!recall()) return not_ready(record_.unreadable(), recall_hint());
  thaw_timer_.cancel();
  trouble_.clear();
  new_change().remove({.verb = "configuration", .by = on_its_own, .reason = "removed"},
                      [self = shared_from_this(), ticket](const ChangeResult& result) {
                        if (!result.in_place) {
                          self->trouble_.set(result.message);
                          return self->trouble_.retry_later();
                        }
                        const Callback removed = std::move(self->removed_);
                        self->removed_ = nullptr;
                        if (self->leaving_ && removed) removed();
                      });
}

// Nobody who waits may be forgotten should it not come back: they go first.
void Service::when_at_rest(TaskQueue::Task work) {
  queue_.add([self = shared_from_this(), work = std::move(work)](const Ticket& ticket) {
    if (self->queue_.has_more()) return self->when_at_rest(work);
    work(ticket);
  });
}

void Service::take(const ServiceState& state) {
  record_.state() = state;
  record_.save(Durability::now);
  arm_thaw();
}

// --- what goes with it ---------------------------------------------------------------------------

void Service::arm_thaw() {
  thaw_timer_.cancel();
  if (!state().frozen || state().frozen->until == 0) return;
  thaw_timer_ = loop_.at(state().frozen->until, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->thaw_if_due();
  });
}

}  // namespace overlayd
