#include "daemon/upstream/upstream.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "daemon/report/advice.h"

namespace overlayd {
namespace {

constexpr std::chrono::seconds first_retry{5};
constexpr std::chrono::minutes longest_retry{10};

bool needs_no_fetching(const Request& request) { return request.mode == FetchMode::if_needed; }

bool may_be_beside(const Request& request) {
  return needs_no_fetching(request) && !request.was_beside;
}

}  // namespace

Upstream::Upstream(Loop& loop, const Settings& settings, const TreeStore& store, Metrics& metrics,
                   UpstreamConfig config, Standing standing)
    : loop_(loop),
      settings_(settings),
      store_(store),
      metrics_(metrics),
      config_(std::move(config)),
      standing_(std::move(standing)) {}

void Upstream::request(Request request) {
  waiting_.push_back(std::move(request));
  start_soon();
}

void Upstream::poll() {
  poll_is_due_ = true;
  start_soon();
}

// On the next turn: what is asked for by many services at once is one round.
void Upstream::start_soon() {
  if (starting_ || (round_ != nullptr && !can_serve_beside())) return;
  starting_ = loop_.soon([this] {
    starting_.cancel();
    round_ == nullptr ? start_round() : serve_beside();
  });
}

bool Upstream::can_serve_beside() const {
  return round_asks_ && beside_ == nullptr &&
         std::any_of(waiting_.begin(), waiting_.end(), may_be_beside);
}

void Upstream::serve_beside() {
  if (!can_serve_beside()) return;
  beside_ = std::make_unique<Beside>(
      loop_, settings_, store_, config_, take_those(may_be_beside),
      [self = weak_from_this()](std::vector<Request> rest) {
        const auto upstream = self.lock();
        if (!upstream) return;
        const auto keep = std::move(upstream->beside_);  // it is on the call stack
        auto& waiting = upstream->waiting_;
        waiting.insert(waiting.begin(), std::make_move_iterator(rest.begin()),
                       std::make_move_iterator(rest.end()));
        if (!waiting.empty()) upstream->start_soon();
      });
}

void Upstream::start_round() {
  const auto self = shared_from_this();
  Errand errand = take_waiting();
  polls_ = errand.polls;
  served_ = std::move(errand.requests);
  asked_for_ = served_.size();
  if (polls_) add_standing_requests();
  if (!served_.empty()) return run(errand.mode);
  metrics_.remove_upstream(config_.url.redacted());  // no service follows it any more
  schedule();
}

// What kept it from answering may be what is different now.
void Upstream::set_config(UpstreamConfig config) {
  config_ = std::move(config);
  failures_ = 0;
}

// Those that need no fetching, if there are any; else all, and the poll.
Upstream::Errand Upstream::take_waiting() {
  Errand local;
  local.requests = take_those(needs_no_fetching);
  if (!local.requests.empty()) return local;
  Errand errand{.polls = std::exchange(poll_is_due_, false), .requests = {}};
  if (errand.polls) errand.mode = FetchMode::if_moved;
  for (const auto& request : waiting_) errand.mode = std::max(errand.mode, request.mode);
  errand.requests = std::exchange(waiting_, {});
  return errand;
}

std::vector<Request> Upstream::take_those(bool (*are)(const Request&)) {
  const auto others = std::stable_partition(waiting_.begin(), waiting_.end(), are);
  std::vector<Request> taken(std::make_move_iterator(waiting_.begin()),
                             std::make_move_iterator(others));
  waiting_.erase(waiting_.begin(), others);
  return taken;
}

void Upstream::add_standing_requests() {
  for (auto& request : standing_()) {
    const auto same = [&](const Request& other) {
      return other.wish.service == request.wish.service && other.wish.wants_tip();
    };
    const auto end = served_.begin() + static_cast<ptrdiff_t>(asked_for_);
    if (std::none_of(served_.begin(), end, same)) served_.push_back(std::move(request));
  }
}

void Upstream::run(FetchMode mode) {
  Round::Order order{.mode = mode, .even_if_unmoved = asked_for_ > 0, .known = tips_, .wishes = {}};
  for (const auto& request : served_) {
    order.wishes.push_back(request.wish);
    order.even_if_unmoved = order.even_if_unmoved || request.even_if_unmoved;
  }
  round_asks_ = mode != FetchMode::if_needed;
  round_began_ = std::chrono::steady_clock::now();
  try {
    round_ = std::make_unique<Round>(loop_, settings_, store_, config_, std::move(order),
                                     [this](RoundResult result) { ended(std::move(result)); });
  } catch (const std::exception& error) {
    RoundResult result;
    result.failure = git::failure_of(error);
    starting_ = loop_.soon([this, result = std::move(result)] {
      starting_.cancel();
      ended(result);
    });
  }
}

void Upstream::ended(RoundResult result) {
  const auto self = shared_from_this();  // the last service may go away in here
  const auto keep = std::move(round_);   // it is on the call stack
  if (start_over(result)) return;
  note(result);
  const auto served = std::move(served_);
  served_.clear();
  if (polls_) schedule();
  for (size_t i = 0; i < served.size(); i++) {
    WishInWork* work = result.wishes.empty() ? nullptr : &result.wishes[i];
    guard([&] { served[i].done(result, work); });
    if (work != nullptr) work->differences = {};  // many services, many files: a lot of memory
  }
  if (!waiting_.empty() || poll_is_due_) start_soon();
}

// A mirror that cannot be used any more is made anew, once: what it held is on the other side.
bool Upstream::start_over(const RoundResult& result) {
  const bool damaged = result.failure && result.failure->kind == git::FailureKind::damaged;
  if (!damaged) started_over_ = false;
  if (!damaged || started_over_) return false;
  started_over_ = true;
  log_warning("{}: {}; its mirror is made anew", config_.url.redacted(), result.failure->message);
  try {
    discard_mirror(settings_, config_);
  } catch (const std::exception& error) {
    log_error("{}: {}", config_.url.redacted(), error.what());
    return false;
  }
  tips_.clear();
  served_.resize(asked_for_);
  for (auto& request : served_) request.mode = FetchMode::always;
  waiting_.insert(waiting_.begin(), std::make_move_iterator(served_.begin()),
                  std::make_move_iterator(served_.end()));
  served_.clear();
  poll();
  return true;
}

// A round that did not mean to ask says nothing of how the upstream is.
void Upstream::note(const RoundResult& result) {
  if (!round_asks_) return;
  const auto took = std::chrono::steady_clock::now() - round_began_;
  const bool failed = result.failure.has_value();
  metrics_.count_fetch(config_.url.redacted(), took, !failed);
  if (result.asked) {
    fetched_at_ = now();
    metrics_.set_fetched_at(config_.url.redacted(), fetched_at_);
  }
  if (result.tips && polls_) tips_ = *result.tips;  // else others still want to hear of it
  if (result.fetched) filtered_ = result.filtered;
  if (failed) return note_failure(*result.failure);
  if (!error_.empty())
    log_line(LOG_INFO, fmt::format("{}: answers again", config_.url.redacted()),
             {"OVERLAYD_UPSTREAM=" + config_.url.redacted()});
  if (!error_.empty()) poll_is_due_ = true;  // the next one was put off while it was away
  failures_ = 0;
  error_.clear();
  hint_.clear();
}

std::string Upstream::advice_on(const git::Failure& failure) const {
  return advice(failure, config_, settings_.state_directory);
}

void Upstream::note_failure(const git::Failure& failure) {
  hint_ = advice_on(failure);
  if (failure.message != error_)
    log_line(LOG_WARNING,
             fmt::format("{}: {}{}{}", config_.url.redacted(), failure.message,
                         hint_.empty() ? "" : "; ", hint_),
             {"OVERLAYD_UPSTREAM=" + config_.url.redacted()});
  if (error_.empty()) failing_since_ = now();
  error_ = failure.message;
  if (polls_ && (waited_ || failures_ == 0)) failures_++;
}

// A tenth more or less, so that a fleet does not ask all at once; doubling while it does not
// answer. Only a wait that was over doubles the next one: who asks in between, by hand or because
// something else is to be tried again, has not waited.
std::chrono::milliseconds Upstream::delay() {
  std::chrono::milliseconds base = config_.interval;
  if (failures_ > 0) {
    const auto doubled = first_retry * (1U << std::min(failures_ - 1, 10U));
    base = std::min<std::chrono::milliseconds>(
        doubled, std::max<std::chrono::milliseconds>(longest_retry, config_.interval));
  }
  return base * std::uniform_int_distribution<int>(900, 1100)(random_) / 1000;
}

void Upstream::schedule() {
  const auto wait = delay();
  next_at_ = now() + static_cast<uint64_t>(wait.count() / 1000);
  waited_ = false;
  timer_ = loop_.after(wait, [this] {
    waited_ = true;
    poll();
  });
}

}  // namespace overlayd
