// The event loop: a thin C++ face on sd-event. One thread, which owns everything.
//
// A callback that throws is a defect: the exception is logged as critical and the loop goes on.
#pragma once

#include <systemd/sd-event.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "base/handle.h"

namespace overlayd {

using Callback = std::function<void()>;

// Runs `work` on behalf of a C library, through whose frames no exception may travel.
void guard(const Callback& work) noexcept;

// A registered interest in an event. Destroying it ends the interest, from inside its own callback
// too.
class Source {
 public:
  Source() = default;
  explicit operator bool() const { return source_ != nullptr; }
  void cancel();

 private:
  friend class Loop;
  Handle<sd_event_source, sd_event_source_disable_unref> source_;
};

class Loop {
 public:
  Loop();

  // `ready` runs each time `fd` is readable (or has hung up); the fd stays the caller's and must
  // outlive the source. `events` is an EPOLL mask.
  Source on_ready(int fd, uint32_t events, Callback ready);
  // Runs once, at least `delay` from now.
  Source after(std::chrono::microseconds delay, Callback expired);
  // Runs once when the clock shows `seconds` since the epoch, even if somebody sets it.
  Source at(uint64_t seconds, Callback expired);
  // Runs once on the next turn of the loop.
  Source soon(Callback run);
  // Runs each time the process gets `signal`, which is blocked for ordinary delivery from here on.
  Source on_signal(int signal, Callback caught);

  // Keeps `thing` until it is dropped or the loop is destroyed: for what outlives its maker.
  void keep(std::shared_ptr<void> thing);
  void drop(const void* thing);

  // Runs until exit(); returns its code.
  int run();
  void exit(int code);
  sd_event* raw() { return event_.get(); }

 private:
  Handle<sd_event, sd_event_unref> event_;
  std::map<const void*, std::shared_ptr<void>> kept_;
};

}  // namespace overlayd
