#include "daemon/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/log.h"

namespace overlayd {
namespace {

constexpr mode_t private_mode = 0600;

bool is_temporary(const std::string& name) { return name.starts_with('.'); }

// Calls `read` for each file in `dir`; what cannot be read is put aside, not thrown away.
template <typename Read>
void for_each_file(const Fd& dir, const char* kind, const Read& read) {
  for (const auto& name : list_dir(dir.get())) {
    if (is_temporary(name) || name.ends_with(".broken")) continue;
    try {
      read(name, read_file_at(dir.get(), name));
    } catch (const Error& error) {
      log_error("the {} of {} is put aside as {}.broken: {}", kind, name, name, error.what());
      renameat(dir.get(), name.c_str(), dir.get(), (name + ".broken").c_str());
    }
  }
}

}  // namespace

Store::Store(const Settings& settings)
    : states_(open_dir(settings.states())), journals_(open_dir(settings.journals())) {}

std::map<std::string, ServiceState> Store::load() const {
  std::map<std::string, ServiceState> states;
  for_each_file(states_, "state", [&](const std::string& name, const std::string& text) {
    states[name] = parse_state(text, name);
  });
  return states;
}

void Store::save(const std::string& service, const ServiceState& state,
                 Durability durability) const {
  write_file_at(states_.get(), service, to_text(state), private_mode, durability);
}

void Store::remove(const std::string& service) const {
  if (unlinkat(states_.get(), service.c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove the state of {}", service));
}

void Store::begin(const std::string& service, const Plan& plan) const {
  write_file_at(journals_.get(), service, to_text(plan), private_mode, Durability::now);
}

void Store::finish(const std::string& service) const {
  if (unlinkat(journals_.get(), service.c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove the journal of {}", service));
}

std::map<std::string, Plan> Store::unfinished() const {
  std::map<std::string, Plan> plans;
  for_each_file(journals_, "journal", [&](const std::string& name, const std::string& text) {
    plans[name] = parse_plan(text);
  });
  return plans;
}

}  // namespace overlayd
