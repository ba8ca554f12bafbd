#include "web/shared_call.h"

namespace overlayd::web {

Response SharedCall::get() {
  std::packaged_task<Response()> task(call_);
  std::shared_future<Response> answer;
  bool is_mine = false;
  {
    const std::lock_guard lock(mutex_);
    is_mine = !under_way_.valid();
    if (is_mine) under_way_ = task.get_future().share();
    answer = under_way_;
  }
  if (is_mine) {
    task();
    const std::lock_guard lock(mutex_);
    under_way_ = {};
  }
  return answer.get();
}

}  // namespace overlayd::web
