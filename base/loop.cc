#include "base/loop.h"

#include <sys/epoll.h>

#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace overlayd {
namespace {

// The callback lives on the heap beside its source. It is copied for the call, because the source
// may be destroyed by what it calls.
int call(Callback* callback) {
  const Callback copy = *callback;
  guard(copy);
  return 0;
}

void own_callback(sd_event_source* source, Callback* callback) {
  sd_event_source_set_destroy_callback(source,
                                       [](void* data) { delete static_cast<Callback*>(data); });
  sd_event_source_set_userdata(source, callback);
}

int run_timer(sd_event_source*, uint64_t, void* data) { return call(static_cast<Callback*>(data)); }
int run_io(sd_event_source*, int, uint32_t, void* data) {
  return call(static_cast<Callback*>(data));
}
int run_defer(sd_event_source*, void* data) { return call(static_cast<Callback*>(data)); }
int run_signal(sd_event_source*, const signalfd_siginfo*, void* data) {
  return call(static_cast<Callback*>(data));
}

}  // namespace

void guard(const Callback& work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    log_critical("unexpected error in the event loop: {}", error.what());
  }
}

void Source::cancel() { source_.reset(); }

Loop::Loop() { check_neg(sd_event_new(out(event_)), "cannot create the event loop"); }

Source Loop::on_ready(int fd, uint32_t events, Callback ready) {
  Source source;
  check_neg(sd_event_add_io(raw(), out(source.source_), fd, events, run_io, nullptr),
            "cannot watch a file descriptor");
  own_callback(source.source_.get(), new Callback(std::move(ready)));
  return source;
}

Source Loop::after(std::chrono::microseconds delay, Callback expired) {
  Source source;
  check_neg(
      sd_event_add_time_relative(raw(), out(source.source_), CLOCK_MONOTONIC,
                                 static_cast<uint64_t>(delay.count()), 1000, run_timer, nullptr),
      "cannot set a timer");
  own_callback(source.source_.get(), new Callback(std::move(expired)));
  return source;
}

Source Loop::at(uint64_t seconds, Callback expired) {
  Source source;
  check_neg(sd_event_add_time(raw(), out(source.source_), CLOCK_REALTIME, seconds * 1'000'000, 1000,
                              run_timer, nullptr),
            "cannot set a timer");
  own_callback(source.source_.get(), new Callback(std::move(expired)));
  return source;
}

Source Loop::soon(Callback run) {
  Source source;
  check_neg(sd_event_add_defer(raw(), out(source.source_), run_defer, nullptr),
            "cannot schedule work");
  own_callback(source.source_.get(), new Callback(std::move(run)));
  return source;
}

Source Loop::on_signal(int signal, Callback caught) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  check(sigprocmask(SIG_BLOCK, &set, nullptr), "cannot block signal {}", signal);
  Source source;
  check_neg(sd_event_add_signal(raw(), out(source.source_), signal, run_signal, nullptr),
            "cannot watch signal {}", signal);
  own_callback(source.source_.get(), new Callback(std::move(caught)));
  return source;
}

void Loop::keep(std::shared_ptr<void> thing) {
  const void* key = thing.get();
  kept_.emplace(key, std::move(thing));
}

void Loop::drop(const void* thing) { kept_.erase(thing); }

int Loop::run() { return check_neg(sd_event_loop(raw()), "the event loop failed"); }

void Loop::exit(int code) { sd_event_exit(raw(), code); }

}  // namespace overlayd
