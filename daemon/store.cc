#include "daemon/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/log.h"

namespace overlayd {
namespace {

constexpr mode_t private_mode = 0600;

// No service is called so: what write_file_at() has in the making, and what was put aside.
bool is_no_service(const std::string& name) { return name.starts_with('.'); }

void put_aside(const Fd& dir, const std::string& name) {
  const std::string aside = "." + name + ".broken";
  if (renameat(dir.get(), name.c_str(), dir.get(), aside.c_str()) == 0)
    return log_error("it is put aside as {}", aside);
  log_error("it cannot be put aside as {}: {}", aside, std::strerror(errno));
}

// Calls `read` for the content of a file; what it cannot make sense of is put aside, not thrown
// away.
template <typename Read>
void read_one(const Fd& dir, const char* kind, const std::string& name, Errors& errors,
              const Read& read) {
  try {
    read(name, read_file_at(dir.get(), name));
  } catch (const SystemError& error) {
    errors[name] = fmt::format("its {} cannot be read now: {}", kind, error.what());
  } catch (const Error& error) {
    log_error("the {} of {} makes no sense: {}", kind, name, error.what());
    put_aside(dir, name);
  }
}

template <typename Read>
void for_each_file(const Fd& dir, const char* kind, Errors& errors, const Read& read) {
  for (const auto& name : list_dir(dir.get()))
    if (!is_no_service(name)) read_one(dir, kind, name, errors, read);
}

bool is_missing(const Fd& dir, const std::string& name) {
  return faccessat(dir.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

}  // namespace

Store::Store(const Settings& settings)
    : states_(open_dir(settings.states())), journals_(open_dir(settings.journals())) {}

std::map<std::string, ServiceState> Store::load(Errors& errors) const {
  std::map<std::string, ServiceState> states;
  for_each_file(states_, "state", errors, [&](const std::string& name, const std::string& text) {
    states[name] = parse_state(text, name);
  });
  return states;
}

std::optional<ServiceState> Store::load(const std::string& service, Errors& errors) const {
  ServiceState state;
  if (is_missing(states_, service)) return state;
  read_one(
      states_, "state", service, errors,
      [&](const std::string& name, const std::string& text) { state = parse_state(text, name); });
  if (errors.contains(service)) return std::nullopt;
  return state;
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

std::map<std::string, Plan> Store::unfinished(Errors& errors) const {
  std::map<std::string, Plan> plans;
  for_each_file(
      journals_, "journal", errors,
      [&](const std::string& name, const std::string& text) { plans[name] = parse_plan(text); });
  return plans;
}

}  // namespace overlayd
