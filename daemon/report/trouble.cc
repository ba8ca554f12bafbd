#include "daemon/report/trouble.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"

namespace overlayd {
namespace {

constexpr std::chrono::seconds first_retry{10};
constexpr std::chrono::minutes longest_retry{10};

}  // namespace

Trouble::Trouble(Loop& loop, std::string service, Callback again)
    : loop_(loop), service_(std::move(service)), again_(std::move(again)) {}

void Trouble::set(const std::string& problem, const std::string& hint) {
  if (problem != problem_)
    log_line(LOG_WARNING, fmt::format("{}: {}", service_, problem),
             {"OVERLAYD_SERVICE=" + service_});
  set_logged(problem, hint);
}

void Trouble::set_logged(const std::string& problem, const std::string& hint) {
  if (problem != problem_) since_ = now();
  problem_ = problem;
  hint_ = hint;
}

void Trouble::set_and_retry(const std::string& problem, const std::string& hint) {
  set(problem, hint);
  retry_later();
}

void Trouble::clear() {
  problem_.clear();
  hint_.clear();
  since_ = 0;
  retries_ = 0;
  retry_at_ = 0;
  retry_.cancel();
}

void Trouble::retry_later() {
  if (retry_at_ != 0) return;
  const auto delay = std::min<std::chrono::seconds>(first_retry * (1U << std::min(retries_++, 10U)),
                                                    longest_retry);
  retry_at_ = now() + static_cast<uint64_t>(delay.count());
  retry_ = loop_.after(delay, [this] {
    retry_at_ = 0;
    again_();
  });
}

}  // namespace overlayd
