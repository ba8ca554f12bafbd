#include "daemon/manager.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "daemon/service/renaming.h"
#include "daemon/service/restore.h"
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
  for (const auto& step : state.steps)
    if (step.kind == StepKind::unit) config.unit = step.subject;
  return config;
}

}  // namespace

Manager::Manager(Loop& loop, Loaded loaded, sd_bus* bus)
    : loop_(loop),
      settings_(loaded.settings),
      config_(settings_, std::move(loaded)),
      trees_(settings_.trees()),
      store_(settings_),
      units_(bus),
      workshop_{
          settings_, trees_, store_, inventory_, units_, metrics_, [this](const std::string& name) {
            const auto service = services_.find(name);
            if (service != services_.end()) service->second->disturbed();
          }} {}

void Manager::start(Callback ready) {
  ready_ = std::move(ready);
  put_in_place();
  follow_renames();
  config_.watch(loop_, [this] {
    apply_config();
    if (reloaded_) reloaded_();
  });
  mount_watch_ = std::make_unique<MountWatch>(loop_, [this] { mounts_changed(); });
  for (const auto& service : config().services)
    if (!has_content(service.name)) not_up_yet_.insert(service.name);
  ready_timer_ = loop_.after(ready_timeout, [this] { announce_ready(); });
  apply_config();
  if (not_up_yet_.empty()) announce_ready();
}

void Manager::put_in_place() {
  memory_ = store_.load();
  Restored restored = restore(store_, trees_, inventory_, memory_);
  for (const auto& [name, error] : restored.errors)
    log_line(LOG_ERR, fmt::format("{}: cannot be put back in place: {}", name, error),
             {"OVERLAYD_SERVICE=" + name});
  changed_ = std::move(restored.changed);
}

bool Manager::has_content(const std::string& service) const {
  const auto remembered = memory_.find(service);
  return remembered != memory_.end() && !remembered->second.state.deployed.id.empty();
}

// Somebody may have taken an overlay away. So may the kernel: what replaces or removes a file in
// another mount namespace, as dpkg does in one without overlays, ends all mounts on it.
void Manager::mounts_changed() {
  guard([this] { write_protect(settings_.trees()); });
  for (const auto& [name, service] : services_)
    if (!service->leaving()) service->look_after_files();
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

std::set<std::string> Manager::wanted_names() const {
  std::set<std::string> wanted = config_.for_others();
  for (const auto& service : config().services) wanted.insert(service.name);
  return wanted;
}

// Of services that services.toml does not know any more, and that are not being taken away. What is
// half done has to be taken back under its old name.
std::map<std::string, const ServiceState*> Manager::without_config() const {
  std::map<std::string, const ServiceState*> states;
  for (const auto& [name, remembered] : memory_)
    if (!remembered.open) states[name] = &remembered.state;
  for (const auto& [name, service] : services_)
    if (!service->leaving() || handing_over_.contains(name)) states[name] = &service->state();
  for (const auto& name : wanted_names()) states.erase(name);
  return states;
}

// A service that only has another name now is not taken away to be installed again.
void Manager::follow_renames() {
  awaited_.clear();
  auto old_states = without_config();
  for (const auto& config : config().services) {
    if (memory_.contains(config.name) || services_.contains(config.name)) continue;
    const auto old = std::find_if(old_states.begin(), old_states.end(), [&](const auto& entry) {
      return is_same_service(*entry.second, config);
    });
    if (old == old_states.end()) continue;
    const std::string name = old->first;
    old_states.erase(old);
    rename(name, config.name);
  }
}

void Manager::rename(const std::string& from, const std::string& to) {
  if (services_.contains(from)) {
    awaited_.insert(to);
    if (handing_over_.insert(from).second)
      services_[from]->hand_over([this, from] { handed_over(from); });
    return;
  }
  Remembered state = remembered(from);
  guard([&] { rename_state(store_, from, to, state); });
  inventory_.set(from, {});
  inventory_.set(to, state.state.steps);
  if (changed_.erase(from) > 0) changed_.insert(to);
  memory_[to] = std::move(state);
}

// The configuration may be another by now: who goes on with it is looked for anew.
void Manager::handed_over(const std::string& name) {
  handing_over_.erase(name);
  if (services_.at(name)->leaving()) {
    memory_[name] = services_.at(name)->remembered();
    services_.erase(name);
    metrics_.remove_service(name);
  }
  apply_config();
}

// What goes away goes first, so that its paths are free.
void Manager::apply_config() {
  follow_renames();
  const auto wanted = wanted_names();
  std::set<std::string> present;
  for (const auto& [name, service] : services_) present.insert(name);
  for (const auto& [name, remembered] : memory_) present.insert(name);
  for (const auto& name : present)
    if (!wanted.contains(name)) remove_service(name);
  for (const auto& config : config_.config().upstreams) update_upstream(config);
  for (const auto& config : config_.config().services) {
    if (awaited_.contains(config.name)) continue;
    const auto service = services_.find(config.name);
    if (service == services_.end())
      add_service(config);
    else if (service->second->leaving() || service->second->wanted_config() != config)
      service->second->reconfigure(config, upstream_for(config));
  }
  std::erase_if(upstreams_, [](const auto& upstream) { return upstream.second.expired(); });
}

std::string Manager::metrics_text(const std::map<std::string, UnitState>& units) {
  metrics_.set_config(config_.error().empty());
  for (const auto& [name, service] : services_)
    service->publish_metrics(state_of(service->unit(), units));
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
  for (const auto& [name, service] : services_) {
    const Upstream* upstream = service->upstream();
    if (upstream == nullptr || upstream->config().url.text() != url) continue;
    if (auto request = service->standing_request()) requests.push_back(std::move(*request));
  }
  return requests;
}

void Manager::add_service(const ServiceConfig& config) {
  auto service = std::make_shared<Service>(loop_, workshop_, packages_, config,
                                           remembered(config.name), upstream_for(config));
  services_[config.name] = service;
  if (changed_.erase(config.name) > 0) service->tell_unit();
  service->start([this, name = config.name] { came_up(name); });
}

Remembered Manager::remembered(const std::string& name) {
  auto found = memory_.extract(name);
  return found.empty() ? Remembered{} : std::move(found.mapped());
}

void Manager::remove_service(const std::string& name) {
  auto& service = services_[name];
  if (!service) {
    Remembered left = remembered(name);
    const ServiceConfig config = config_of_removed(name, left.state);
    service =
        std::make_shared<Service>(loop_, workshop_, packages_, config, std::move(left), nullptr);
  }
  if (service->leaving()) return;
  service->remove([this, name] { removed(name); });
  came_up(name);
}

void Manager::removed(const std::string& name) {
  services_.erase(name);
  metrics_.remove_service(name);
  try {
    store_.remove(name);
  } catch (const Error& error) {
    log_error("{}", error.what());
  }
}

}  // namespace overlayd
