#include "units/jobs.h"

namespace overlayd {

Jobs::Jobs(sd_bus* bus)
    : removed_(BusSlot::match(bus,
                              "type='signal',sender='org.freedesktop.systemd1',"
                              "path='/org/freedesktop/systemd1',"
                              "interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
                              [this](sd_bus_message* message) { on_removed(message); })) {}

void Jobs::wait(const std::string& job_path, Ended ended) { waiting_[job_path] = std::move(ended); }

void Jobs::on_removed(sd_bus_message* message) {
  uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  check_neg(sd_bus_message_read(message, "uoss", &id, &path, &unit, &result),
            "cannot read a JobRemoved signal");
  const auto found = waiting_.find(path);
  if (found == waiting_.end()) return;
  const Ended ended = std::move(found->second);
  waiting_.erase(found);
  ended(result);
}

}  // namespace overlayd
