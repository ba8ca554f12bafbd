#include "units/jobs.h"

#include <vector>

namespace overlayd {

Jobs::Jobs(sd_bus* bus)
    : removed_(BusSlot::match(bus,
                              "type='signal',sender='org.freedesktop.systemd1',"
                              "path='/org/freedesktop/systemd1',"
                              "interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
                              [this](sd_bus_message* message) { on_removed(message); })) {}

void Jobs::wait(const std::string& job_path, Ended ended) {
  waiting_.emplace(job_path, std::move(ended));
}

void Jobs::on_removed(sd_bus_message* message) {
  uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  check_neg(sd_bus_message_read(message, "uoss", &id, &path, &unit, &result),
            "cannot read a JobRemoved signal");
  // `ended` may wait for another job: take out first what ends with this one
  std::vector<Ended> ended;
  for (auto one = waiting_.find(path); one != waiting_.end(); one = waiting_.find(path))
    ended.push_back(std::move(waiting_.extract(one).mapped()));
  for (const auto& each : ended) each(result);
}

}  // namespace overlayd
