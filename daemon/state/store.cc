#include "daemon/state/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace overlayd {
namespace {

constexpr mode_t private_mode = 0600;

// No service is called so: what write_file_at() has in the making.
bool is_no_service(const std::string& name) { return name.starts_with('.'); }

// What a file in `dir` says, none if there is no such file; what is wrong goes into `problem`.
template <typename Parsed, typename Parse>
std::optional<Parsed> read_one(const Fd& dir, const std::string& name, const char* kind,
                               std::string& problem, const Parse& parse) {
  try {
    const auto text = read_file_if_any(dir.get(), name);
    if (text) return parse(*text);
  } catch (const SystemError& error) {
    problem = fmt::format("its {} cannot be read now: {}", kind, error.what());
  } catch (const Error& error) {
    problem = fmt::format("its {} makes no sense: {}", kind, error.what());
  }
  return std::nullopt;
}

// `folder` is the path of `dir`: a full disk has to be told by its name.
void write(const Fd& dir, const std::string& folder, const std::string& name,
           const std::string& text, Durability durability) {
  try {
    write_file_at(dir.get(), name, text, private_mode, durability);
  } catch (const SystemError& error) {
    throw SystemError(error.code(), fmt::format("cannot write {}/{}", folder, name));
  }
}

}  // namespace

Store::Store(const Settings& settings)
    : states_folder_(settings.states()),
      journals_folder_(settings.journals()),
      states_(open_dir(states_folder_)),
      journals_(open_dir(journals_folder_)) {}

Memory Store::load() const {
  Memory memory;
  for (const Fd* dir : {&states_, &journals_})
    for (const auto& name : list_dir(dir->get()))
      if (!is_no_service(name) && !memory.contains(name)) memory[name] = load(name);
  return memory;
}

Remembered Store::load(const std::string& service) const {
  Remembered result;
  const auto state =
      read_one<ServiceState>(states_, service, "state", result.unreadable,
                             [&](const std::string& text) { return parse_state(text, service); });
  result.open = read_one<Plan>(journals_, service, "journal", result.unreadable, parse_plan);
  result.state = state.value_or(ServiceState{});
  return result;
}

void Store::save(const std::string& service, const ServiceState& state,
                 Durability durability) const {
  write(states_, states_folder_, service, to_text(state), durability);
}

void Store::remove(const std::string& service) const {
  if (unlinkat(states_.get(), service.c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove the state of {}", service));
}

void Store::rename(const std::string& from, const std::string& to) const {
  check(renameat(states_.get(), from.c_str(), states_.get(), to.c_str()),
        "cannot rename the state of {} to {}", from, to);
}

void Store::begin(const std::string& service, const Plan& plan) const {
  write(journals_, journals_folder_, service, to_text(plan), Durability::now);
}

void Store::finish(const std::string& service) const {
  if (unlinkat(journals_.get(), service.c_str(), 0) != 0 && errno != ENOENT)
    fail_with_errno(fmt::format("cannot remove the journal of {}", service));
}

}  // namespace overlayd
