#include "daemon/service/task_queue.h"

namespace overlayd {

TaskQueue::TaskQueue(Loop& loop, Callback ended, std::function<void(const std::string&)> failed)
    : loop_(loop), ended_(std::move(ended)), failed_(std::move(failed)) {}

void TaskQueue::add(Task task) {
  waiting_.push_back(std::move(task));
  if (!busy_ && waiting_.size() == 1) start_next();
}

void TaskQueue::resume() {
  paused_ = false;
  start_next();
}

void TaskQueue::start_next() {
  if (busy_ || paused_ || waiting_.empty()) return;
  busy_ = true;
  const Task task = std::move(waiting_.front());
  waiting_.pop_front();
  const std::weak_ptr<TaskQueue*> queue = self_;
  const Ticket ticket(nullptr, [queue](void*) {
    if (const auto self = queue.lock()) (*self)->task_over();
  });
  run(task, ticket);
}

void TaskQueue::run(const Task& task, const Ticket& ticket) {
  try {
    task(ticket);
  } catch (const std::exception& error) {
    guard([&] { failed_(error.what()); });
  }
}

// The next one starts on the next turn: this runs wherever the last ticket happens to be dropped.
void TaskQueue::task_over() {
  busy_ = false;
  guard([this] {
    next_ = loop_.soon([this] { start_next(); });
    ended_();
  });
}

}  // namespace overlayd
