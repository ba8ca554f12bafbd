// What services.toml says, validated: immutable values, complete with every default. They compare
// equal if they mean the same, wherever they stand in the file, so that a reload can tell which
// services changed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/action.h"
#include "config/origin.h"
#include "config/upstream_url.h"

namespace overlayd {

enum class OverlayType { bind, symlink };

// One { local, link } pair.
struct OverlayConfig {
  std::string local;  // absolute and normalised
  std::string link;   // path in the repository, normalised; "." is the whole repository
  OverlayType type = OverlayType::bind;
  std::optional<Action> action;  // instead of the service's, when only this overlay changed
  Origin origin;

  bool operator==(const OverlayConfig&) const = default;
};

struct ServiceConfig {
  std::string name;      // unique; safe as a file name
  std::string unit;      // with its suffix: "grafana-server.service"
  std::string upstream;  // text() of an UpstreamConfig's url: see Config::upstream_of
  std::string branch;
  std::string user;   // a name, or a number in digits; see resolve_owner
  std::string group;  // the same; empty: the user's primary group
  mode_t umask = 0022;
  std::vector<std::string> packages;  // "name" or "name:arch"
  Action action = Action::none;
  std::string checkout;     // absolute: the folder for this service's commits and `current`
  Origin checkout_at = {};  // of `mount`; the file as a whole where nothing is said
  std::vector<OverlayConfig> overlays;  // at least one
  Origin origin;

  bool operator==(const ServiceConfig&) const = default;
};

// How to reach one upstream: its [[upstreams]] block, or the defaults. Paths are absolute, or empty
// where nothing was said; that the files exist is not checked, they may come later.
struct UpstreamConfig {
  UpstreamUrl url;
  std::string ssh_key;
  std::string known_hosts;
  std::string token_file;
  std::string ca_file;
  std::chrono::seconds interval{60};
  int depth = 3;
  Origin origin;

  bool operator==(const UpstreamConfig&) const = default;
};

struct GlobalConfig {
  std::optional<UpstreamUrl> upstream;
  std::string branch = "main";
  std::string state_directory = "/var/lib/overlayd";
  std::string
      mount;  // parent of the checkouts; "<state_directory>/checkouts" where nothing is said
  std::chrono::seconds interval{60};
  int depth = 3;
  Origin state_directory_at;  // the file as a whole where nothing is said
  Origin mount_at;

  bool operator==(const GlobalConfig&) const = default;
};

struct WebConfig {
  std::string listen = "127.0.0.1:9836";
  Origin origin;

  bool operator==(const WebConfig&) const = default;
};

struct Config {
  GlobalConfig global;
  WebConfig web;
  std::vector<UpstreamConfig> upstreams;  // exactly those that a service below follows
  std::vector<ServiceConfig> services;    // those for this machine, in the file's order

  // The upstream that a service of this Config follows.
  const UpstreamConfig& upstream_of(const ServiceConfig& service) const;

  bool operator==(const Config&) const = default;
};

}  // namespace overlayd
