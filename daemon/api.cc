#include "daemon/api.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/caller.h"
#include "daemon/named.h"
#include "daemon/service/status.h"
#include "daemon/state/history.h"
#include "daemon/upstream/revision.h"
#include "mounts/overlay.h"

namespace overlayd {
namespace {

constexpr const char* bus_name = "org.overlayd1";
constexpr const char* object_path = "/org/overlayd1";
constexpr const char* interface_name = "org.overlayd1.Manager";
constexpr size_t max_reason_bytes = 1000;

void require_length(const std::string& text, const char* what) {
  if (text.size() > max_reason_bytes)
    throw BusError("org.overlayd1.Error.InvalidArgument",
                   fmt::format("the {} is longer than {} bytes", what, max_reason_bytes));
}

std::string read_revision(sd_bus_message* call) {
  std::string revision = read_text(call);
  try {
    if (!revision.empty()) check_revision(revision);
  } catch (const NoRevision& error) {
    throw BusError("org.overlayd1.Error.InvalidArgument", error.what());
  }
  return revision;
}

bool may_be_read_by_all(const std::string& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

List texts(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

}  // namespace

template <Api::Method method>
int Api::dispatch(sd_bus_message* message, void* data, sd_bus_error* error) {
  try {
    (static_cast<Api*>(data)->*method)(message);
    return 1;
  } catch (const BusError& problem) {
    return sd_bus_error_set(error, problem.name().c_str(), problem.what());
  } catch (const std::exception& problem) {
    return sd_bus_error_set(error, "org.overlayd1.Error.Failed", problem.what());
  }
}

const sd_bus_vtable* Api::vtable() {
  constexpr uint64_t flags = SD_BUS_VTABLE_UNPRIVILEGED;  // who may do what is decided in here
  static const sd_bus_vtable table[] = {
      SD_BUS_VTABLE_START(0),
      SD_BUS_METHOD("Status", "as", "a{sv}", dispatch<&Api::status>, flags),
      SD_BUS_METHOD("Log", "s", "a{sv}", dispatch<&Api::log>, flags),
      SD_BUS_METHOD("Metrics", "", "s", dispatch<&Api::metrics>, flags),
      SD_BUS_METHOD("WebListen", "", "s", dispatch<&Api::web_listen>, flags),
      SD_BUS_METHOD("Plan", "ass", "a{sv}", dispatch<&Api::plan>, flags),
      SD_BUS_METHOD("Forward", "as", "a{sv}", dispatch<&Api::forward>, flags),
      SD_BUS_METHOD("Freeze", "asst", "a{sv}", dispatch<&Api::freeze>, flags),
      SD_BUS_METHOD("Thaw", "as", "a{sv}", dispatch<&Api::thaw>, flags),
      SD_BUS_METHOD("Rollback", "ss", "a{sv}", dispatch<&Api::rollback>, flags),
      SD_BUS_METHOD("Reload", "", "a{sv}", dispatch<&Api::reload>, flags),
      SD_BUS_SIGNAL("ConfigurationChanged", "", 0),
      SD_BUS_VTABLE_END};
  return table;
}

Api::Api(Manager& manager, sd_bus* bus) : manager_(manager), bus_(bus) {
  check_neg(sd_bus_add_object_vtable(bus, out(slot_), object_path, interface_name, vtable(), this),
            "cannot offer {}", interface_name);
  manager_.on_reload([this] {
    sd_bus_emit_signal(bus_, object_path, interface_name, "ConfigurationChanged", "");
  });
}

void Api::open() {
  check_neg(sd_bus_request_name(bus_, bus_name, 0), "cannot take the name {} on the bus", bus_name);
}

// What is wrong is told with lines of the file.
std::string Api::config_error_for(sd_bus_message* call) const {
  const std::string& error = manager_.config_error();
  const std::string& file = manager_.settings().config_file;
  if (error.empty() || may_be_read_by_all(file) || is_root(call))
    return printable(error, 20000, true);
  return fmt::format("{} has mistakes: see 'overlayd check' as root\n", file_name(file));
}

Dict Api::machine_status(sd_bus_message* call) const {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return {{"version", OVERLAYD_VERSION},
          {"host", host},
          {"swap", swap_mode() == SwapMode::beneath ? "beneath" : "propagated"},
          {"config", manager_.settings().config_file},
          {"config_error", config_error_for(call)},
          {"kept", texts(manager_.kept())}};
}

// Those of services whose unit failed them are looked at closely: may be it is well by now.
void Api::with_units(const Services& services, const Units::States& told) {
  std::vector<std::string> units;
  std::set<std::string> closely;
  for (const auto& service : services) {
    units.push_back(service->unit());
    if (!service->state().failure.empty()) closely.insert(service->unit());
  }
  manager_.units().states(units, closely, told);
}

void Api::status(sd_bus_message* call) {
  const Services services = named(manager_, read_texts(call));
  with_units(services, [call = keep(call), services, dict = machine_status(call)](
                           const std::map<std::string, UnitState>& units) mutable {
    List list;
    for (const auto& service : services)
      list.emplace_back(status_of(service->situation(), state_of(service->unit(), units)));
    dict["services"] = std::move(list);
    reply(call.get(), dict);
  });
}

void Api::log(sd_bus_message* call) {
  reply(call, {{"entries", log_of(named(manager_, read_text(call))->state())}});
}

void Api::metrics(sd_bus_message* call) {
  with_units(named(manager_, std::vector<std::string>{}),
             [this, call = keep(call)](const std::map<std::string, UnitState>& units) {
               reply_text(call.get(), manager_.metrics_text(units));
             });
}

void Api::web_listen(sd_bus_message* call) { reply_text(call, manager_.config().web.listen); }

void Api::plan(sd_bus_message* call) {
  require_root(call);
  const auto services = named(manager_, read_texts(call));
  const std::string revision = read_revision(call);
  const auto gathering = std::make_shared<Gathering>(call, "plans", services.size());
  for (size_t i = 0; i < services.size(); i++)
    services[i]->plan(revision, Gathering::slot(gathering, i));
}

void Api::forward(sd_bus_message* call) {
  require_root(call);
  const auto names = read_texts(call);
  const auto services = named(manager_, names);
  const std::string by = caller_name(call);
  // who names one means it
  const auto if_held = names.empty() ? Service::IfHeld::skip : Service::IfHeld::follow;
  const auto gathering = std::make_shared<Gathering>(call, "results", services.size());
  for (size_t i = 0; i < services.size(); i++)
    services[i]->forward(by, if_held, Gathering::slot(gathering, i));
}

void Api::freeze(sd_bus_message* call) {
  require_root(call);
  const auto services = named(manager_, read_texts(call));
  const std::string reason = read_text(call);
  uint64_t seconds = 0;
  check_neg(sd_bus_message_read(call, "t", &seconds), "cannot read the call");
  require_length(reason, "reason");
  if (seconds > static_cast<uint64_t>(longest_duration.count()))
    throw BusError("org.overlayd1.Error.InvalidArgument", "that is more than a hundred years");
  const std::string by = caller_name(call);
  const auto gathering = std::make_shared<Gathering>(call, "results", services.size());
  for (size_t i = 0; i < services.size(); i++)
    services[i]->freeze(by, reason, seconds, Gathering::slot(gathering, i));
}

void Api::thaw(sd_bus_message* call) {
  require_root(call);
  const auto services = named(manager_, read_texts(call));
  const std::string by = caller_name(call);
  const auto gathering = std::make_shared<Gathering>(call, "results", services.size());
  for (size_t i = 0; i < services.size(); i++) services[i]->thaw(by, Gathering::slot(gathering, i));
}

void Api::rollback(sd_bus_message* call) {
  require_root(call);
  const auto service = named(manager_, read_text(call));
  const std::string revision = read_revision(call);
  const auto gathering = std::make_shared<Gathering>(call, "results", 1);
  service->rollback(caller_name(call), revision, Gathering::slot(gathering, 0));
}

void Api::reload(sd_bus_message* call) {
  require_root(call);
  const std::string error = manager_.reload();
  reply(call, {{"config", manager_.settings().config_file},
               {"config_error", printable(error, 20000, true)},
               {"taken_away", texts(manager_.taken_away())}});
}

}  // namespace overlayd
