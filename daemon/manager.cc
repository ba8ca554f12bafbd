#include "daemon/manager.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "daemon/service/restore.h"
#include "daemon/service/status.h"
#include "daemon/steps/action.h"
#include "mounts/write_protect.h"

namespace overlayd {
namespace {

// Longest that READY waits for services that have nothing deployed yet.
constexpr std::chrono::seconds ready_timeout{20};

// Enough of a configuration to take a service away that services.toml does not know any more.
ServiceConfig config_of_removed(const std::string& name, const ServiceState& state) {
  ServiceConfig config;
  config.name = name;
  config.upstream = state.upstream;
  config.branch = state.branch;
  config.unit = unit_of(state.steps);
  return config;
}

bool wants_any_of(const ServiceConfig& service, const std::set<std::string>& locals) {
  return std::any_of(service.overlays.begin(), service.overlays.end(),
                     [&](const OverlayConfig& overlay) { return locals.contains(overlay.local); });
}

bool has_any_of(const ServiceState& state, const std::set<std::string>& locals) {
  return std::any_of(state.steps.begin(), state.steps.end(), [&](const Step& step) {
    return is_overlay(step) && locals.contains(step.subject);
  });
}

}  // namespace

Manager::Manager(Loop& loop, Loaded loaded, sd_bus* bus)
    : loop_(loop),
      settings_(loaded.settings),
      config_(settings_, std::move(loaded)),
      trees_(settings_.trees()),
      store_(settings_),
      units_(bus),
      workshop_{settings_,
                trees_,
                store_,
                inventory_,
                units_,
                metrics_,
                [this](const std::string& name) {
                  if (const auto service = roster_.find(name)) service->disturbed();
                },
                [this] { apply_again_ = loop_.soon([this] { apply_config(); }); }},
      succession_(loop, workshop_, roster_,
                  {.wanted =
                       [this] {
                         return Succession::Wanted{config().services, wanted_names()};
                       },
                   .renamed = [this](const auto& from, const auto& to) { renamed(from, to); },
                   .again = [this] { apply_config(); }}) {}

void Manager::start(Callback ready) {
  ready_ = std::move(ready);
  put_in_place();
  succession_.settle();  // now: under its new name a service may have all that READY waits for
  config_.watch(loop_, [this] {
    apply_config();
    if (reloaded_) reloaded_();
  });
  mount_watch_ = std::make_unique<MountWatch>(loop_, [this] { mounts_changed(); });
  for (const auto& service : config().services)
    if (roster_.state_of(service.name).deployed.id.empty()) not_up_yet_.insert(service.name);
  ready_timer_ = loop_.after(ready_timeout, [this] { announce_ready(); });
  apply_config();
  if (not_up_yet_.empty()) announce_ready();
}

void Manager::put_in_place() {
  Memory memory = store_.load();
  const Restored restored = restore(store_, trees_, inventory_, memory);
  for (const auto& [name, error] : restored.errors)
    log_line(LOG_ERR, fmt::format("{}: cannot be put back in place: {}", name, error),
             {"OVERLAYD_SERVICE=" + name});
  roster_.remember(std::move(memory), restored);
}

// Somebody may have taken an overlay away. So may the kernel: what replaces or removes a file in
// another mount namespace, as dpkg does in one without overlays, ends all mounts on it.
void Manager::mounts_changed() {
  try {
    write_protect(settings_.trees());
    unprotected_for_.clear();
  } catch (const std::exception& error) {
    if (std::exchange(unprotected_for_, error.what()) != error.what())
      log_error("{}", error.what());
  }
  for (const auto& [name, service] : roster_.running())
    if (!service->leaving()) service->mounts_changed();
}

void Manager::announce_ready() {
  ready_timer_.cancel();
  const Callback ready = std::move(ready_);
  ready_ = nullptr;
  if (ready) ready();
}

void Manager::came_up(const std::string& name) {
  not_up_yet_.erase(name);
  if (not_up_yet_.empty()) announce_ready();
}

// A block for others that is kept in place gives way to one that wants the same places.
std::set<std::string> Manager::wanted_names() const {
  std::set<std::string> wanted;
  std::set<std::string> claimed;
  for (const auto& service : config().services) {
    wanted.insert(service.name);
    for (const auto& overlay : service.overlays) claimed.insert(overlay.local);
  }
  for (const auto& name : config_.for_others()) {
    const auto service = roster_.find(name);
    const bool gives_way = (service && wants_any_of(service->wanted_config(), claimed)) ||
                           has_any_of(roster_.state_of(name), claimed);
    if (!gives_way) wanted.insert(name);
  }
  return wanted;
}

// Meanwhile nobody begins anything, which would be by the old configuration.
void Manager::apply_config() {
  const auto running = roster_.running();
  for (const auto& [name, service] : running) service->pause();
  const auto waiting = succession_.settle();
  take_away_unwanted(waiting);
  configure_wanted(waiting);
  for (const auto& [name, service] : running)
    if (!waiting.contains(service->name())) service->resume();
  std::erase_if(upstreams_, [](const auto& upstream) { return upstream.second.expired(); });
}

// What goes away goes first, so that its paths are free.
void Manager::take_away_unwanted(const std::set<std::string>& waiting) {
  const auto wanted = wanted_names();
  taken_away_.clear();
  for (const auto& name : roster_.present())
    if (!wanted.contains(name) && !waiting.contains(name)) remove_service(name);
}

void Manager::configure_wanted(const std::set<std::string>& waiting) {
  for (const auto& config : config_.config().upstreams) update_upstream(config);
  for (const auto& config : config_.config().services) {
    const auto service = roster_.find(config.name);
    if (waiting.contains(config.name)) {
      if (service)
        service->call_off_removal(upstream_for(config));
      else if (!roster_.state_of(config.name).steps.empty())  // so that it can be asked for
        add_service(config, true);
    } else if (!service) {
      add_service(config, false);
    } else if (service->has_to_be_reconfigured() || service->wanted_config() != config) {
      service->reconfigure(config, upstream_for(config));
    }
  }
  for (const auto& name : waiting)
    if (const auto service = roster_.find(name))
      service->wait("waiting until its overlays can change hands");
}

void Manager::renamed(const std::string& from, const std::string& to) {
  metrics_.remove_service(from);
  if (not_up_yet_.erase(from) > 0) not_up_yet_.insert(to);
}

// What else does not run waits for its overlays to change hands.
std::vector<std::string> Manager::kept() const {
  std::vector<std::string> names = roster_.kept();
  std::erase_if(names, [this](const auto& name) { return !config_.for_others().contains(name); });
  return names;
}

std::string Manager::metrics_text(const std::map<std::string, UnitState>& units) {
  metrics_.set_config(config_.error().empty());
  for (const auto& [name, service] : roster_.running())
    if (service->upstream() != nullptr && !service->leaving())
      metrics_.set_service(name, sample_of(service->situation(), state_of(service->unit(), units)));
  return metrics_.text();
}

std::shared_ptr<Upstream> Manager::upstream_for(const ServiceConfig& service) {
  const UpstreamConfig& config = config_.config().upstream_of(service);
  const std::string url = config.url.text();
  if (auto known = upstreams_[url].lock()) return known;
  auto upstream = std::make_shared<Upstream>(loop_, settings_, trees_, metrics_, config,
                                             [this, url] { return standing_requests(url); });
  upstreams_[url] = upstream;
  return upstream;
}

void Manager::update_upstream(const UpstreamConfig& config) {
  const auto found = upstreams_.find(config.url.text());
  const auto upstream = found == upstreams_.end() ? nullptr : found->second.lock();
  if (!upstream || upstream->config() == config) return;
  upstream->set_config(config);
  upstream->poll();
}

std::vector<Request> Manager::standing_requests(const std::string& url) const {
  std::vector<Request> requests;
  for (const auto& [name, service] : roster_.running()) {
    const Upstream* upstream = service->upstream();
    if (upstream == nullptr || upstream->config().url.text() != url) continue;
    if (auto request = service->standing_request()) requests.push_back(std::move(*request));
  }
  return requests;
}

void Manager::add_service(const ServiceConfig& config, bool paused) {
  bool changed = false;
  Remembered remembered = roster_.take_remembered(config.name, changed);
  const auto service = std::make_shared<Service>(loop_, workshop_, packages_, config,
                                                 std::move(remembered), upstream_for(config));
  roster_.start(config.name, service);
  if (paused) service->pause();
  if (changed) service->tell_unit();
  // it may have another name by then
  service->start([this, service = service.get()] { came_up(service->name()); });
}

std::shared_ptr<Service> Manager::service_to_remove(const std::string& name) {
  if (auto running = roster_.find(name)) return running;
  bool changed = false;
  Remembered left = roster_.take_remembered(name, changed);
  const ServiceConfig config = config_of_removed(name, left.state);
  auto service =
      std::make_shared<Service>(loop_, workshop_, packages_, config, std::move(left), nullptr);
  roster_.start(name, service);
  return service;
}

void Manager::remove_service(const std::string& name) {
  const auto service = service_to_remove(name);
  taken_away_.push_back(name);
  if (!service->leaving()) {
    service->remove([this, name] { removed(name); });
    came_up(name);
  }
  service->resume();
}

// Should it come back, it goes on where it was: frozen or pinned, with its log, and without having
// to ask its upstream.
void Manager::removed(const std::string& name) {
  Remembered left = roster_.find(name)->remembered();
  roster_.end(name);
  metrics_.remove_service(name);
  if (left.state.former.id.empty())
    guard([&] { store_.remove(name); });
  else
    roster_.remember(name, std::move(left));
}

}  // namespace overlayd
