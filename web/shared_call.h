// One call at a time, shared by everybody who asks while it is under way.
#pragma once

#include <functional>
#include <future>
#include <mutex>

#include "web/http.h"

namespace overlayd::web {

// However many clients there are, the daemon is asked by one at a time. Any thread may call.
class SharedCall {
 public:
  explicit SharedCall(std::function<Response()> call) : call_(std::move(call)) {}

  // The answer of a call that was under way or begins now. Throws what the call throws.
  Response get();

 private:
  std::function<Response()> call_;
  std::mutex mutex_;
  std::shared_future<Response> under_way_;
};

}  // namespace overlayd::web
