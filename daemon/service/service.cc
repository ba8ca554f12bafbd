#include "daemon/service/service.h"

#include "daemon/service/inheritance.h"

namespace overlayd {

Service::Service(Loop& loop, Workshop& workshop, Packages& packages, ServiceConfig config,
                 Remembered remembered, std::shared_ptr<Upstream> upstream)
    : loop_(loop),
      workshop_(workshop),
      config_(std::move(config)),
      record_(workshop.store, config_.name, std::move(remembered)),
      upstream_(std::move(upstream)),
      wanted_config_(config_),
      wanted_upstream_(upstream_),
      preparation_(packages, config_, activity_),
      upkeep_(workshop, record_),
      queue_(
          loop,
          [this] {
            activity_.end();
            if (queue_.paused()) workshop_.at_rest();
          },
          [this](const std::string& error) {
            trouble_.set_and_retry(error);
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

void Service::prepare(Preparation::Prepared prepared) {
  const auto ended = [self = shared_from_this(), prepared = std::move(prepared)](const Lack& lack) {
    if (!lack.error.empty()) {
      self->trouble_.set_and_retry(lack.error, lack.hint);
      self->settled();
    }
    prepared(lack);
  };
  if (!recall()) return ended(unreadable());
  if (!preparation_.run(ended)) settled();
}

// Whether it is known what there is of it. Before it is, nothing is done: that would be forgotten.
bool Service::recall() {
  if (record_.unreadable().empty()) return true;
  if (!upkeep_.recall()) return false;
  arm_thaw();
  return true;
}

Lack Service::unreadable() const {
  return {record_.unreadable(), fmt::format("mend {0}/{1}, or remove it: then {1} starts anew",
                                            workshop_.settings.states(), config_.name)};
}

void Service::prepare_and_reconcile(const Ticket& ticket) {
  prepare([self = shared_from_this(), ticket](const Lack& lack) {
    if (!lack.error.empty()) return self->put_back(ticket, [] {});
    self->drop_empty_hold();
    // one that comes back has what the branch has by now, unless that cannot be had
    if (self->state().deployed.id.empty() && !is_held(self->state()))
      return self->upstream_->poll();
    self->reconcile(ticket, [self] { self->upstream_->poll(); });
  });
}

// It came back, and follows another upstream or branch: what it was held at is not to be had there.
void Service::drop_empty_hold() {
  if (!is_held(state()) || !state().deployed.id.empty() || can_be_deployed_anew()) return;
  record_.state().pinned.reset();
  record_.state().frozen.reset();
  arm_thaw();
  note("thaw", on_its_own, "it came back with another upstream or branch", "");
}

void Service::reconfigure(ServiceConfig config, std::shared_ptr<Upstream> upstream) {
  wanted_config_ = std::move(config);
  wanted_upstream_ = std::move(upstream);
  if (!upstream_) upstream_ = wanted_upstream_;  // from now on it can be asked for its status
  leaving_ = false;
  removal_called_off_ = false;
  if (!queue_.busy()) adopt_wanted_config();  // what waits is done by it
  queue_.add([self = shared_from_this()](const Ticket& ticket) {
    if (self->leaving_) return;  // by now
    self->adopt_wanted_config();
    self->prepare_and_reconcile(ticket);
  });
}

void Service::call_off_removal(std::shared_ptr<Upstream> upstream) {
  if (!leaving_) return;
  leaving_ = false;
  removal_called_off_ = true;
  wanted_upstream_ = std::move(upstream);
  if (!upstream_) upstream_ = wanted_upstream_;  // from now on it can be asked for its status
}

void Service::adopt_wanted_config() {
  config_ = wanted_config_;
  upstream_ = wanted_upstream_;
  preparation_.reset();
  tip_ = {};
  even_if_unmoved_ = true;
  trouble_.clear();  // it came of the configuration before
  arm_thaw();        // who is to leave has none
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
  if (!leaving_ || !removed_) return;  // not any more, or done
  if (!recall()) return trouble_.set_and_retry(unreadable().error, unreadable().hint);
  thaw_timer_.cancel();
  trouble_.clear();
  new_change().remove({.verb = "configuration", .by = on_its_own, .reason = "removed"},
                      [self = shared_from_this(), ticket](const ChangeResult& result) {
                        if (!result.in_place) return self->trouble_.set_and_retry(result.message);
                        const Callback removed = std::move(self->removed_);
                        self->removed_ = nullptr;
                        if (self->leaving_ && removed) removed();
                      });
}

// --- standing still while its overlays change hands ---------------------------------------------

void Service::wait(const std::string& why) {
  if (!queue_.busy() && activity_.what() != why) activity_.begin(why);
}

void Service::resume() {
  if (!queue_.paused()) return;
  if (!queue_.busy()) activity_.end();
  queue_.resume();
}

bool Service::take(const ServiceState& state) {
  if (!record_.replace(state)) return false;
  arm_thaw();
  return true;
}

void Service::rename(const std::string& name) {
  rename_record(record_, name);
  config_.name = name;
  trouble_.rename(name);
}

// --- what goes with it ---------------------------------------------------------------------------

Situation Service::situation() const {
  return {.workshop = workshop_,
          .config = config_,
          .record = record_,
          .upstream = *upstream_,
          .tip = tip_,
          .trouble = trouble_,
          .activity = activity_,
          .at_work = queue_.busy() || queue_.paused()};
}

void Service::arm_thaw() {
  thaw_timer_.cancel();
  if (leaving_ || !state().frozen || state().frozen->until == 0) return;
  thaw_timer_ = loop_.at(state().frozen->until, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->thaw_if_due();
  });
}

}  // namespace overlayd
