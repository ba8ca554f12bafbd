// One upstream: asks it regularly, backs off while it does not answer, and runs one round at a time
// for everybody who wants something from it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/loop.h"
#include "config/config.h"
#include "daemon/report/metrics.h"
#include "daemon/upstream/beside.h"
#include "daemon/upstream/request.h"

namespace overlayd {

class Upstream : public std::enable_shared_from_this<Upstream> {
 public:
  // `standing` yields what the services that follow this upstream want to know in every round that
  // asks it; called at the start of each.
  using Standing = std::function<std::vector<Request>()>;

  Upstream(Loop& loop, const Settings& settings, const TreeStore& store, Metrics& metrics,
           UpstreamConfig config, Standing standing);
  ~Upstream() { metrics_.remove_upstream(config_.url.redacted()); }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // Runs a round for `request` as soon as none is under way. What needs no fetching has a round
  // before the others, and beside one that asks the upstream, so that one that is away or hangs
  // cannot hinder it. The standing requests
  // take part only if a poll is due as well: who asks for one service means that one.
  void request(Request request);
  // Asks the upstream now, or as soon as the present round has ended.
  void poll();

  const UpstreamConfig& config() const { return config_; }
  // From the next round on. If it does not answer then either, the waits begin anew.
  void set_config(UpstreamConfig config);
  uint64_t fetched_at() const { return fetched_at_; }
  uint64_t next_at() const { return next_at_; }
  const std::string& error() const { return error_; }
  const std::string& hint() const { return hint_; }
  // What to do about a failure of a round of its; empty if time alone may mend it.
  std::string advice_on(const git::Failure& failure) const;
  uint64_t failing_since() const { return failing_since_; }
  bool filtered() const { return filtered_; }

 private:
  void start_soon();
  bool can_serve_beside() const;
  void serve_beside();
  void start_round();
  // What the next round is for.
  struct Errand {
    FetchMode mode = FetchMode::if_needed;
    bool polls = false;
    std::vector<Request> requests;  // those that were asked for
  };
  Errand take_waiting();
  std::vector<Request> take_those(bool (*are)(const Request&));
  void add_standing_requests();
  void run(FetchMode mode);
  void ended(RoundResult result);
  void note(const RoundResult& result);
  void note_failure(const git::Failure& failure);
  bool start_over(const RoundResult& result);
  void schedule();
  std::chrono::milliseconds delay();

  Loop& loop_;
  const Settings& settings_;
  const TreeStore& store_;
  Metrics& metrics_;
  UpstreamConfig config_;
  Standing standing_;
  std::minstd_rand random_{std::random_device{}()};

  std::vector<Request> waiting_;
  bool poll_is_due_ = false;
  std::vector<Request> served_;  // by the round under way, first those that were asked for
  size_t asked_for_ = 0;
  std::unique_ptr<Round> round_;
  std::unique_ptr<Beside> beside_;
  std::chrono::steady_clock::time_point round_began_;
  bool round_asks_ = false;
  bool polls_ = false;  // the round under way is a poll
  Tips tips_;
  Source starting_;
  Source timer_;
  uint64_t fetched_at_ = 0;
  uint64_t next_at_ = 0;
  uint64_t failing_since_ = 0;
  unsigned failures_ = 0;  // polls in a row, each after its wait
  bool waited_ = false;    // the time of the next poll has come
  std::string error_;
  std::string hint_;
  bool filtered_ = true;
  bool started_over_ = false;  // with a new mirror, since the last round that went well
};

}  // namespace overlayd
