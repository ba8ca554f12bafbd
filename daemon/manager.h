// All of overlayd: the configuration in force, its services and upstreams, and how they come and
// go.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bus.h"
#include "base/loop.h"
#include "daemon/config_in_force.h"
#include "daemon/report/metrics.h"
#include "daemon/roster.h"
#include "daemon/service/packages.h"
#include "daemon/service/workshop.h"
#include "daemon/state/store.h"
#include "daemon/steps/inventory.h"
#include "daemon/succession.h"
#include "daemon/upstream/upstream.h"
#include "mounts/mount_watch.h"
#include "units/units.h"

namespace overlayd {

class Manager {
 public:
  // `bus` is a connection to the system bus that is attached to the loop.
  Manager(Loop& loop, Loaded loaded, sd_bus* bus);

  // Puts in place what should be, starts every service, and calls `ready` when each has its first
  // content or has said why not, or after a while.
  void start(Callback ready);

  // See ConfigInForce.
  std::string reload() { return config_.reload(); }
  // Runs after each successful reload.
  void on_reload(Callback reloaded) { reloaded_ = std::move(reloaded); }

  const Roster::Running& services() const { return roster_.running(); }
  const Config& config() const { return config_.config(); }
  const Settings& settings() const { return settings_; }
  const std::string& config_error() const { return config_.error(); }
  Units& units() { return units_; }
  // Services for which the configuration has no block; by its last application they are taken away.
  const std::vector<std::string>& taken_away() const { return taken_away_; }
  // Services that are in place, and do not run: their blocks name other machines by now, or
  // addresses that this one does not have yet.
  std::vector<std::string> kept() const;
  // How everything is at this moment, for Prometheus; `units` is what systemd says of them.
  std::string metrics_text(const std::map<std::string, UnitState>& units);

 private:
  void put_in_place();
  void came_up(const std::string& name);
  void announce_ready();
  void apply_config();
  void take_away_unwanted(const std::set<std::string>& waiting);
  void configure_wanted(const std::set<std::string>& waiting);
  void renamed(const std::string& from, const std::string& to);
  std::set<std::string> wanted_names() const;
  void mounts_changed();
  std::shared_ptr<Upstream> upstream_for(const ServiceConfig& service);
  void update_upstream(const UpstreamConfig& config);
  std::vector<Request> standing_requests(const std::string& url) const;
  void add_service(const ServiceConfig& config, bool paused);
  std::shared_ptr<Service> service_to_remove(const std::string& name);
  void remove_service(const std::string& name);
  void removed(const std::string& name);

  Loop& loop_;
  const Settings settings_;
  ConfigInForce config_;
  TreeStore trees_;
  Store store_;
  Inventory inventory_{trees_};
  Metrics metrics_;
  Units units_;
  Source apply_again_;
  Workshop workshop_;
  Packages packages_{units_};
  std::map<std::string, std::weak_ptr<Upstream>> upstreams_;  // by URL; services own them
  Roster roster_{store_, inventory_};
  Succession succession_;
  std::vector<std::string> taken_away_;
  std::set<std::string> not_up_yet_;
  std::unique_ptr<MountWatch> mount_watch_;
  std::string unprotected_for_;  // why the trees cannot be protected now, as it was logged
  Callback ready_;
  Callback reloaded_;
  Source ready_timer_;
};

}  // namespace overlayd
