#include "daemon/report/metrics.h"

#include <prometheus/text_serializer.h>

#include <array>

#include "base/clock.h"

namespace overlayd {
namespace {

constexpr std::array<const char*, 3> states{"following", "frozen", "pinned"};

const prometheus::Histogram::BucketBoundaries& seconds_buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets{0.01, 0.03, 0.1, 0.3, 1,
                                                               3,    10,   30,  100, 300};
  return buckets;
}

auto& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
auto& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
auto& histograms(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

Metrics::Metrics()
    : config_(gauges(registry_, "overlayd_config_last_reload_successful",
                     "0 if services.toml was refused and the one before it is in force.")
                  .Add({})),
      deployed_(gauges(registry_, "overlayd_service_deployed_commit_info",
                       "Commit that is live on this machine.")),
      upstream_(gauges(registry_, "overlayd_service_upstream_commit_info",
                       "Commit that the followed branch points at; none until it was seen.")),
      in_sync_(gauges(registry_, "overlayd_service_in_sync",
                      "1 if what is live is what the branch has for this service; none until "
                      "the branch was seen.")),
      state_(gauges(registry_, "overlayd_service_state",
                    "1 for the state that the service is in: following, frozen or pinned.")),
      failed_(
          gauges(registry_, "overlayd_service_failed",
                 "1 if something is wrong with the service, its unit is failed, or it is not in "
                 "place; overlayctl status says what.")),
      changed_at_(gauges(registry_, "overlayd_service_last_change_timestamp_seconds",
                         "When content of the service last went live.")),
      fetched_at_(gauges(registry_, "overlayd_upstream_last_fetch_timestamp_seconds",
                         "When the upstream last answered.")),
      change_seconds_(histograms(registry_, "overlayd_service_change_duration_seconds",
                                 "From content ready in the store to the unit's job done.")),
      fetch_seconds_(histograms(registry_, "overlayd_upstream_fetch_duration_seconds",
                                "Asking the upstream, fetching and writing trees.")),
      change_failures_(
          counters(registry_, "overlayd_service_change_failures_total", "Changes that failed.")),
      fetch_failures_(counters(registry_, "overlayd_upstream_fetch_failures_total",
                               "Times that the upstream could not be asked or fetched from.")) {
  gauges(registry_, "overlayd_build_info", "Version of the daemon.")
      .Add({{"version", OVERLAYD_VERSION}})
      .Set(1);
}

void Metrics::set_commit(Gauges& family, std::map<std::string, prometheus::Gauge*>& current,
                         const std::string& service, const std::string& commit) {
  prometheus::Gauge* before = current[service];
  prometheus::Gauge* after =
      commit.empty() ? nullptr : &family.Add({{"service", service}, {"commit", commit}});
  if (before != nullptr && before != after) family.Remove(before);
  current[service] = after;
  if (after != nullptr) after->Set(1);
}

// What is not known has no sample.
void Metrics::set_if_known(Gauges& family, const prometheus::Labels& labels,
                           std::optional<double> value) {
  auto& gauge = family.Add(labels);
  if (value)
    gauge.Set(*value);
  else
    family.Remove(&gauge);
}

void Metrics::set_service(const std::string& name, const Sample& now) {
  set_commit(deployed_, deployed_now_, name, now.deployed);
  set_commit(upstream_, upstream_now_, name, now.upstream);
  set_if_known(in_sync_, {{"service", name}}, now.in_sync);
  const auto changed_at = static_cast<double>(now.changed_at);
  set_if_known(changed_at_, {{"service", name}},
               now.changed_at == 0 ? std::nullopt : std::optional(changed_at));
  for (const char* state : states)
    state_.Add({{"service", name}, {"state", state}}).Set(now.state == state ? 1 : 0);
  failed_.Add({{"service", name}}).Set(now.failed ? 1 : 0);
  change_failures_.Add({{"service", name}});
}

void Metrics::remove_service(const std::string& name) {
  set_commit(deployed_, deployed_now_, name, "");
  set_commit(upstream_, upstream_now_, name, "");
  deployed_now_.erase(name);
  upstream_now_.erase(name);
  for (Gauges* family : {&in_sync_, &failed_, &changed_at_})
    family->Remove(&family->Add({{"service", name}}));
  for (const char* state : states)
    state_.Remove(&state_.Add({{"service", name}, {"state", state}}));
  change_failures_.Remove(&change_failures_.Add({{"service", name}}));
  change_seconds_.Remove(&change_seconds_.Add({{"service", name}}, seconds_buckets()));
}

void Metrics::count_change(const std::string& service, std::chrono::duration<double> took,
                           bool ok) {
  change_seconds_.Add({{"service", service}}, seconds_buckets()).Observe(took.count());
  auto& failures = change_failures_.Add({{"service", service}});
  if (!ok) failures.Increment();
}

void Metrics::count_fetch(const std::string& upstream, std::chrono::duration<double> took,
                          bool ok) {
  fetch_seconds_.Add({{"upstream", upstream}}, seconds_buckets()).Observe(took.count());
  auto& failures = fetch_failures_.Add({{"upstream", upstream}});
  if (!ok) failures.Increment();
}

void Metrics::set_fetched_at(const std::string& upstream, uint64_t time) {
  fetched_at_.Add({{"upstream", upstream}}).Set(static_cast<double>(time));
}

void Metrics::remove_upstream(const std::string& upstream) {
  const prometheus::Labels labels{{"upstream", upstream}};
  fetched_at_.Remove(&fetched_at_.Add(labels));
  fetch_seconds_.Remove(&fetch_seconds_.Add(labels, seconds_buckets()));
  fetch_failures_.Remove(&fetch_failures_.Add(labels));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace overlayd
