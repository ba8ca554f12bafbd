#include "ctl/client.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <exception>

#include "base/bus.h"
#include "base/loop.h"
#include "ctl/render.h"

namespace overlayd::ctl {
namespace {

BusMessage make_message(sd_bus* bus, const Call& call) {
  BusMessage message;
  check_neg(sd_bus_message_new_method_call(bus, out(message), "org.overlayd1", "/org/overlayd1",
                                           "org.overlayd1.Manager", call.method.c_str()),
            "cannot build a D-Bus message");
  // asking must not start what an administrator has stopped
  check_neg(sd_bus_message_set_auto_start(message.get(), 0), "cannot build a D-Bus message");
  call.append_arguments(message.get());
  return message;
}

// Waits for one answer and for Ctrl-C, whichever comes first, and tells meanwhile what takes so
// long.
class Conversation {
 public:
  explicit Conversation(const Call& call) : call_(call), bus_(connect_system_bus()) {
    check_neg(sd_bus_attach_event(bus_.get(), loop_.raw(), SD_EVENT_PRIORITY_NORMAL),
              "cannot wait for the system bus");
  }

  Value run() {
    const BusMessage message = make_message(bus_.get(), call_);
    const auto slot = BusSlot::call(bus_.get(), message.get(), call_.patience,
                                    [this](sd_bus_message* answer) { on_answer(answer); });
    const Source interrupt = loop_.on_signal(SIGINT, [this] { on_interrupt(); });
    if (isatty(STDERR_FILENO) != 0)
      next_look_ = loop_.after(std::chrono::seconds(1), [this] { say_waiting(); });
    loop_.run();
    if (failure_) std::rethrow_exception(failure_);
    return answer_;
  }

 private:
  // No exception may travel through the loop: it is kept until the loop has ended.
  void on_answer(sd_bus_message* answer) {
    try {
      throw_if_error(answer);
      answer_ = read_dict(answer);
    } catch (const Error&) {
      failure_ = std::current_exception();
    }
    loop_.exit(0);
  }

  void say_waiting() {
    fmt::print(stderr, "{}\n", call_.waiting);
    look();
  }

  void look() {
    const BusMessage message =
        make_message(bus_.get(), question("Status", [this](sd_bus_message* status) {
                       append_texts(status, call_.services);
                     }));
    looking_ = BusSlot::call(bus_.get(), message.get(), std::chrono::seconds(10),
                             [this](sd_bus_message* answer) { seen(answer); });
  }

  // Each thing is said once. A daemon that does not tell is no reason not to wait for it.
  void seen(sd_bus_message* answer) {
    if (sd_bus_message_is_method_error(answer, nullptr) != 0) return;
    const std::string doing = render_waiting(read_dict(answer));
    if (doing != said_) fmt::print(stderr, "{}", doing);
    said_ = doing;
    next_look_ = loop_.after(std::chrono::seconds(1), [this] { look(); });
  }

  void on_interrupt() {
    failure_ = std::make_exception_ptr(Interrupted(call_.interrupted));
    loop_.exit(0);
  }

  const Call& call_;
  Loop loop_;
  BusConnection bus_;
  Value answer_;
  std::exception_ptr failure_;
  Source next_look_;
  BusSlot looking_;
  std::string said_;
};

}  // namespace

void append_text(sd_bus_message* message, const std::string& text) {
  check_neg(sd_bus_message_append(message, "s", text.c_str()), "cannot build a D-Bus message");
}

void append_seconds(sd_bus_message* message, std::chrono::seconds duration) {
  check_neg(sd_bus_message_append(message, "t", static_cast<uint64_t>(duration.count())),
            "cannot build a D-Bus message");
}

Call question(std::string method, Arguments append_arguments) {
  return {.method = std::move(method),
          .append_arguments = std::move(append_arguments),
          .patience = std::chrono::minutes(5),
          .interrupted = "interrupted; nothing was changed",
          .waiting = "waiting for overlayd…"};
}

Call work(std::string method, Arguments append_arguments) {
  return {.method = std::move(method),
          .append_arguments = std::move(append_arguments),
          .patience = std::chrono::minutes(30),
          .interrupted =
              "not waiting any longer; overlayd goes on with the work (overlayctl status "
              "shows how it went)",
          .waiting = "waiting for overlayd… (Ctrl-C leaves the work to the daemon)"};
}

Value ask(const Call& call) { return Conversation(call).run(); }

}  // namespace overlayd::ctl
