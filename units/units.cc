#include "units/units.h"

#include <utility>

#include "units/transient.h"

namespace overlayd {
namespace {

constexpr const char* destination = "org.freedesktop.systemd1";
constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* manager = "org.freedesktop.systemd1.Manager";

struct VerbNames {
  const char* name;
  const char* method;
};

VerbNames names_of(UnitVerb verb) {
  switch (verb) {
    case UnitVerb::start:
      return {"start", "StartUnit"};
    case UnitVerb::reload:
      return {"reload", "ReloadUnit"};
    case UnitVerb::restart:
      return {"restart", "RestartUnit"};
    case UnitVerb::try_restart:
      return {"try-restart", "TryRestartUnit"};
    case UnitVerb::reload_or_restart:
      return {"reload-or-restart", "ReloadOrRestartUnit"};
    case UnitVerb::try_reload_or_restart:
      break;
  }
  return {"try-reload-or-restart", "ReloadOrTryRestartUnit"};
}

bool starts(UnitVerb verb) { return verb != UnitVerb::reload; }

std::string words_for(const std::string& job_result) {
  if (job_result == "failed") return "the job failed";
  if (job_result == "timeout") return "the job took too long";
  if (job_result == "dependency") return "a unit that it needs failed";
  if (job_result == "invalid") return "the unit does not run";
  if (job_result == "canceled") return "the job was cancelled by another one";
  return "the job ended as " + job_result;
}

UnitObstacle obstacle_of(const Error& error) {
  const auto* answer = dynamic_cast<const BusError*>(&error);
  const std::string name = answer == nullptr ? "" : answer->name();
  if (name == "org.freedesktop.systemd1.JobTypeNotApplicable") return UnitObstacle::cannot_reload;
  if (name == "org.freedesktop.systemd1.NoSuchUnit") return UnitObstacle::not_found;
  if (name == "org.freedesktop.systemd1.UnitMasked") return UnitObstacle::masked;
  return UnitObstacle::none;
}

}  // namespace

std::string name_of(UnitVerb verb) { return names_of(verb).name; }

Units::Units(sd_bus* bus) : bus_(bus), jobs_(bus) {
  // without a subscriber systemd sends no JobRemoved
  send(new_call(manager_path, manager, "Subscribe"), [](sd_bus_message*) {});
}

BusMessage Units::new_call(const std::string& path, const std::string& interface,
                           const std::string& method) {
  BusMessage message;
  check_neg(sd_bus_message_new_method_call(bus_, out(message), destination, path.c_str(),
                                           interface.c_str(), method.c_str()),
            "cannot build a D-Bus message");
  return message;
}

void Units::send(BusMessage message, Handler answered, std::chrono::seconds patience) {
  const uint64_t number = next_++;
  pending_[number] =
      BusSlot::call(bus_, message.get(), patience,
                    [this, number, answered = std::move(answered)](sd_bus_message* answer) {
                      const auto slot = pending_.extract(number);
                      answered(answer);
                    });
}

void Units::act(const std::string& unit, UnitVerb verb, Done done) {
  const std::string doing = fmt::format("cannot {} {}", name_of(verb), unit);
  if (starts(verb)) forget_failures(unit);
  BusMessage message = new_call(manager_path, manager, names_of(verb).method);
  check_neg(sd_bus_message_append(message.get(), "ss", unit.c_str(), "replace"),
            "cannot build a D-Bus message");
  send(std::move(message), [this, unit, doing, done = std::move(done)](sd_bus_message* answer) {
    await_job(answer, unit, doing, done);
  });
}

// What was wrong before is no reason to refuse another start: new content may be what mends it, and
// many changes within seconds are no loop of crashes. Not being loaded yet is no error here.
void Units::forget_failures(const std::string& unit) {
  BusMessage message = new_call(manager_path, manager, "ResetFailedUnit");
  check_neg(sd_bus_message_append(message.get(), "s", unit.c_str()),
            "cannot build a D-Bus message");
  send(std::move(message), [](sd_bus_message*) {});
}

void Units::reload_unit_files(Done done) {
  want_unit_files_.push_back(std::move(done));
  if (!reads_unit_files_) read_unit_files();
}

// One at a time, for all who wait: it is work for systemd. What came while it reads it may have
// missed.
void Units::read_unit_files() {
  constexpr std::chrono::minutes patience{3};
  const auto waiting = std::exchange(want_unit_files_, {});
  const auto ended = [this, waiting](sd_bus_message* answer) {
    UnitOutcome outcome{.ok = true, .text = ""};
    try {
      throw_if_error(answer);
    } catch (const Error& error) {
      outcome = {
          .ok = false,
          .text = fmt::format("cannot have systemd read its unit files again: {}", error.what()),
          .obstacle = UnitObstacle::not_read};
    }
    reads_unit_files_ = false;
    if (!want_unit_files_.empty()) read_unit_files();
    for (const auto& done : waiting) done(outcome);
  };
  reads_unit_files_ = true;
  send(new_call(manager_path, manager, "Reload"), ended, patience);
}

void Units::run(const TransientUnit& unit, Done done) {
  const std::string doing = fmt::format("cannot run {}", unit.name);
  BusMessage message = new_call(manager_path, manager, "StartTransientUnit");
  append_transient(message.get(), unit);
  send(std::move(message), [this, name = unit.name, doing, done = std::move(done)](
                               sd_bus_message* answer) { await_job(answer, name, doing, done); });
}

void Units::await_job(sd_bus_message* answer, const std::string& unit, const std::string& doing,
                      const Done& done) {
  const char* path = nullptr;
  try {
    throw_if_error(answer);
    check_neg(sd_bus_message_read(answer, "o", &path), "cannot read the answer of systemd");
  } catch (const Error& error) {
    return done({.ok = false,
                 .text = fmt::format("{}: {}", doing, error.what()),
                 .obstacle = obstacle_of(error)});
  }
  jobs_.wait(path, [this, unit, doing, done](const std::string& result) {
    // "skipped": try-… of a unit that does not run, or an unmet Condition…=: nothing to do there
    if (result == "done" || result == "skipped") return done({.ok = true, .text = ""});
    explain(unit,
            {.ok = false,
             .text = fmt::format("{}: {}", doing, words_for(result)),
             .obstacle = result == "invalid" ? UnitObstacle::does_not_run : UnitObstacle::none},
            done);
  });
}

void Units::explain(const std::string& unit, UnitOutcome outcome, const Done& done) {
  examine(unit, [outcome = std::move(outcome), done](const UnitState& state) {
    UnitOutcome explained = outcome;
    if (!state.load.empty()) explained.text += fmt::format(", it is {}", describe(state));
    done(explained);
  });
}

void Units::examine(const std::string& unit, std::function<void(const UnitState&)> answered) {
  Handle<char, [](char* text) { free(text); }> path;
  check_neg(sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), out(path)),
            "cannot name unit {}", unit);
  BusMessage message = new_call(path.get(), "org.freedesktop.DBus.Properties", "GetAll");
  check_neg(sd_bus_message_append(message.get(), "s", ""), "cannot build a D-Bus message");
  send(std::move(message), [answered = std::move(answered)](sd_bus_message* answer) {
    answered(read_unit_state(answer));
  });
}

void Units::states(const std::vector<std::string>& units, const std::set<std::string>& closely,
                   const States& answered) {
  BusMessage message = new_call(manager_path, manager, "ListUnitsByNames");
  append_texts(message.get(), units);
  send(std::move(message), [this, units, closely, answered](sd_bus_message* answer) {
    look_closer(read_unit_states(answer, units), closely, answered);
  });
}

void Units::look_closer(std::map<std::string, UnitState> states,
                        const std::set<std::string>& closely, const States& answered) {
  std::vector<std::string> units;
  for (const auto& [unit, state] : states)
    if (state.failed() || closely.contains(unit)) units.push_back(unit);
  if (units.empty()) return answered(states);
  const auto all = std::make_shared<std::map<std::string, UnitState>>(std::move(states));
  const auto left = std::make_shared<size_t>(units.size());
  for (const auto& unit : units)
    examine(unit, [all, left, unit, answered](const UnitState& state) {
      if (!state.load.empty()) (*all)[unit] = state;
      if (--*left == 0) answered(*all);
    });
}

}  // namespace overlayd
