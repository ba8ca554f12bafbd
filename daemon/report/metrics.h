// What Prometheus is told. A registry in the daemon, handed out as text over D-Bus.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace overlayd {

class Metrics {
 public:
  Metrics();

  // How a service stands now.
  struct Sample {
    std::string deployed;  // commits; empty: none, or not known
    std::string upstream;
    std::optional<bool> in_sync;  // none: not known
    std::string state;            // following, frozen, pinned
    bool failed = false;
    uint64_t changed_at = 0;  // 0: never
  };
  void set_service(const std::string& name, const Sample& now);
  void remove_service(const std::string& name);
  void count_change(const std::string& service, std::chrono::duration<double> took, bool ok);
  // `upstream` is its URL without secrets.
  void remove_upstream(const std::string& upstream);
  void count_fetch(const std::string& upstream, std::chrono::duration<double> took, bool ok);
  void set_fetched_at(const std::string& upstream, uint64_t time);

  // Whether services.toml is the one in force.
  void set_config(bool in_force) { config_.Set(in_force ? 1 : 0); }

  // In the text exposition format.
  std::string text() const;

 private:
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Counters = prometheus::Family<prometheus::Counter>;
  using Histograms = prometheus::Family<prometheus::Histogram>;
  // An info metric: the commit is a label, of which each service has one at a time.
  void set_commit(Gauges& family, std::map<std::string, prometheus::Gauge*>& current,
                  const std::string& service, const std::string& commit);
  static void set_if_known(Gauges& family, const prometheus::Labels& labels,
                           std::optional<double> value);

  prometheus::Registry registry_;
  prometheus::Gauge& config_;
  Gauges& deployed_;
  Gauges& upstream_;
  Gauges& in_sync_;
  Gauges& state_;
  Gauges& failed_;
  Gauges& changed_at_;
  Gauges& fetched_at_;
  Histograms& change_seconds_;
  Histograms& fetch_seconds_;
  Counters& change_failures_;
  Counters& fetch_failures_;
  std::map<std::string, prometheus::Gauge*> deployed_now_;
  std::map<std::string, prometheus::Gauge*> upstream_now_;
};

}  // namespace overlayd
