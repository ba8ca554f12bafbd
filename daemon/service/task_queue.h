// Work that takes many turns of the loop, one piece after the other.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"

namespace overlayd {

class TaskQueue {
 public:
  // A task lasts as long as somebody holds its ticket. Whoever goes on with it later keeps a copy,
  // so that no exception and nobody who is destroyed meanwhile can leave the queue waiting.
  using Ticket = std::shared_ptr<void>;
  using Task = std::function<void(const Ticket&)>;

  // `ended` runs after each task, `failed` with what one threw.
  TaskQueue(Loop& loop, Callback ended, std::function<void(const std::string& error)> failed);

  // Runs it at once, or when those before it are over.
  void add(Task task);
  // While a task is at work.
  bool busy() const { return busy_; }

  // From now on no task begins; the one at work goes on.
  void pause() { paused_ = true; }
  void resume();
  bool paused() const { return paused_; }

 private:
  void start_next();
  void run(const Task& task, const Ticket& ticket);
  void task_over();

  Loop& loop_;
  Callback ended_;
  std::function<void(const std::string&)> failed_;
  std::deque<Task> waiting_;
  bool busy_ = false;
  bool paused_ = false;
  Source next_;
  // What tickets know of the queue, which may be gone before them.
  std::shared_ptr<TaskQueue*> self_ = std::make_shared<TaskQueue*>(this);
};

}  // namespace overlayd
