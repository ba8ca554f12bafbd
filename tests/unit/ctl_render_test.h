// Answers of the daemon, and how they are shown here.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>

#include "ctl/render.h"

namespace overlayd::ctl {

constexpr int64_t now = 1772370000;  // 2026-03-01 13:00 UTC
inline const std::string old_commit = "8bd0e77a00112233445566778899aabbccddeeff";
inline const std::string new_commit = "91ab02cd00112233445566778899aabbccddeeff";

inline Dict with(Dict dict, const Dict& changes) {
  for (const auto& [key, value] : changes) dict[key] = value;
  return dict;
}

inline Dict overlay() {
  return {{"local", "/etc/grafana"}, {"link", "grafana/etc"}, {"type", "bind"},
          {"kind", "directory"},     {"tree", new_commit},    {"live", true}};
}

inline Dict service() {
  return {{"name", "grafana"},
          {"unit", "grafana-server.service"},
          {"upstream", "https://git.example.net/site"},
          {"branch", "main"},
          {"state", "following"},
          {"condition", "ok"},
          {"deployed", old_commit},
          {"deployed_subject", "Raise the limit"},
          {"deployed_author", "Ann Smith"},
          {"deployed_at", now - 190},
          {"upstream_commit", old_commit},
          {"upstream_subject", "Raise the limit"},
          {"fetched_at", now - 30},
          {"in_sync", true},
          {"unit_state", "active (running)"},
          {"overlays", List{overlay()}}};
}

// Something is wrong with `part` of it.
inline Dict wrong(Dict service, const std::string& part, Dict problem) {
  problem["of"] = part;
  List problems = service.contains("problems") ? service["problems"].list() : List{};
  problems.emplace_back(std::move(problem));
  service["problems"] = std::move(problems);
  return service;
}

inline Dict behind() {
  return with(service(), {{"upstream_commit", new_commit},
                          {"upstream_subject", "Fix the dashboards"},
                          {"in_sync", false}});
}

inline Value status_of(const List& services, const Dict& changes = {}) {
  return with({{"version", "0.1.0"},
               {"host", "grafana.atoom.net"},
               {"swap", "beneath"},
               {"config", "/etc/overlayd/services.toml"},
               {"config_error", ""},
               {"services", services}},
              changes);
}

inline const std::string head =
    "grafana.atoom.net: overlayd 0.1.0, /etc/overlayd/services.toml, atomic swap\n";

class CtlRender : public testing::Test {
 protected:
  CtlRender() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  View view_{.now = now};
};

}  // namespace overlayd::ctl
