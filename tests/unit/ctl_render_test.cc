// The exact text that overlayctl shows for answers of the daemon.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "ctl/render.h"

namespace overlayd::ctl {
namespace {

constexpr int64_t now = 1772370000;  // 2026-03-01 13:00 UTC
const std::string old_commit = "8bd0e77a00112233445566778899aabbccddeeff";
const std::string new_commit = "91ab02cd00112233445566778899aabbccddeeff";

Dict with(Dict dict, const Dict& changes) {
  for (const auto& [key, value] : changes) dict[key] = value;
  return dict;
}

Dict overlay() {
  return {{"local", "/etc/grafana"}, {"link", "grafana/etc"}, {"type", "bind"},
          {"kind", "directory"},     {"tree", new_commit},    {"live", true}};
}

Dict service() {
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
Dict wrong(Dict service, const std::string& part, Dict problem) {
  problem["of"] = part;
  List problems = service.contains("problems") ? service["problems"].list() : List{};
  problems.emplace_back(std::move(problem));
  service["problems"] = std::move(problems);
  return service;
}

Dict behind() {
  return with(service(), {{"upstream_commit", new_commit},
                          {"upstream_subject", "Fix the dashboards"},
                          {"in_sync", false}});
}

Value status_of(const List& services, const Dict& changes = {}) {
  return with({{"version", "0.1.0"},
               {"host", "grafana.atoom.net"},
               {"swap", "beneath"},
               {"config", "/etc/overlayd/services.toml"},
               {"config_error", ""},
               {"services", services}},
              changes);
}

const std::string head =
    "grafana.atoom.net: overlayd 0.1.0, /etc/overlayd/services.toml, atomic swap\n";

class CtlRender : public testing::Test {
 protected:
  CtlRender() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  View view_{.now = now};
};

TEST_F(CtlRender, StatusIsOneLineAServiceWithUpstreamBesideDeployed) {
  const Dict waiting{{"name", "new"},           {"unit", "new.service"}, {"state", "following"},
                     {"condition", "waiting"},  {"in_sync", false},      {"branch", "main"},
                     {"unit_state", "inactive"}};
  EXPECT_EQ(
      render_status(status_of({service(), with(behind(), {{"name", "web"}}), waiting}), view_),
      head +
          "   NAME     STATE               DEPLOYED  UPSTREAM  SINCE   UNIT\n"
          "✓  grafana  following           8bd0e77a  8bd0e77a  3m ago  grafana-server active "
          "(running)\n"
          "≠  web      following           8bd0e77a  91ab02cd  3m ago  grafana-server active "
          "(running)\n"
          "·  new      following, waiting  -         -         -       new inactive\n");
}

TEST_F(CtlRender, StatusPutsTheProblemAndWhatHelpsBelowTheLine) {
  const Dict problem{
      {"error", "cannot mount: no space"}, {"error_at", now - 300}, {"retry_at", now + 125}};
  const Dict failing = with(service(), {{"condition", "failed"}});
  const Dict failed = wrong(failing, "service", problem);
  EXPECT_EQ(render_status(status_of({failed}), view_),
            head +
                "   NAME     STATE              DEPLOYED  UPSTREAM  SINCE   UNIT\n"
                "✗  grafana  following, failed  8bd0e77a  8bd0e77a  3m ago  grafana-server active "
                "(running)\n"
                "   cannot mount: no space\n"
                "   since 5m ago, next try in 2m\n"
                "   → try again now: overlayctl forward grafana\n");
  const Dict hinted = wrong(failing, "service", with(problem, {{"error_hint", "make room"}}));
  EXPECT_NE(render_status(status_of({hinted}), view_).find("   → make room\n"), std::string::npos);
  const Dict held = with(failed, {{"state", "frozen"}});
  EXPECT_NE(render_status(status_of({held}), view_).find("   → see what happened: journalctl "),
            std::string::npos);
}

TEST_F(CtlRender, StatusSaysWhatIsUnderWay) {
  const Dict busy = with(service(), {{"condition", "changing"},
                                     {"doing", "fetching from https://git.example.net/site"},
                                     {"doing_since", now - 5}});
  const std::string doing = "fetching from https://git.example.net/site, since 5s ago\n";
  EXPECT_NE(render_status(status_of({busy}), view_).find("\n   " + doing), std::string::npos);
  EXPECT_NE(render_details(status_of({busy}), view_).find("  State     following; " + doing),
            std::string::npos);
  EXPECT_EQ(render_waiting(status_of({busy, service()})),
            "  grafana: fetching from https://git.example.net/site\n");
}

TEST_F(CtlRender, StatusTellsAnUpstreamThatIsAwayFromAFailure) {
  const Dict away = wrong(service(), "upstream", {{"error", "cannot fetch: no route to host"}});
  EXPECT_NE(render_status(status_of({away}), view_).find("!  grafana  following  8bd0e77a"),
            std::string::npos);
}

TEST_F(CtlRender, StatusSaysOnceWhatIsWrongWithAnUpstream) {
  const Dict away =
      wrong(service(), "upstream",
            {{"error", "no route to host"}, {"error_at", now - 300}, {"retry_at", now + 125}});
  const Dict held = with(away, {{"name", "held"}, {"state", "frozen"}});
  const Dict web = with(away, {{"name", "web"}});
  EXPECT_EQ(render_status(status_of({held, web}), view_),
            head +
                "   NAME  STATE      DEPLOYED  UPSTREAM  SINCE   UNIT\n"
                "!  held  frozen     8bd0e77a  8bd0e77a  3m ago  grafana-server active (running)\n"
                "   frozen\n"
                "!  web   following  8bd0e77a  8bd0e77a  3m ago  grafana-server active (running)\n"
                "\n"
                "!  https://git.example.net/site\n"
                "   followed by held, web\n"
                "   no route to host\n"
                "   since 5m ago, next try in 2m\n"
                "   → try again now: overlayctl forward web\n");
}

TEST_F(CtlRender, StatusHidesNoProblemBehindAnother) {
  const Dict reload{{"error", "cannot reload"}, {"error_hint", "journalctl -u grafana-server"}};
  const Dict failed = wrong(with(service(), {{"condition", "failed"}}), "unit", reload);
  const Dict both = wrong(failed, "upstream", {{"error", "no route to host"}});
  EXPECT_EQ(render_status(status_of({both}), view_),
            head +
                "   NAME     STATE              DEPLOYED  UPSTREAM  SINCE   UNIT\n"
                "✗  grafana  following, failed  8bd0e77a  8bd0e77a  3m ago  grafana-server active "
                "(running)\n"
                "   cannot reload\n"
                "   → journalctl -u grafana-server\n"
                "\n"
                "!  https://git.example.net/site\n"
                "   followed by grafana\n"
                "   no route to host\n"
                "   → try again now: overlayctl forward grafana\n");
  EXPECT_NE(render_details(status_of({both}), view_)
                .find("  Error     cannot reload\n"
                      "  Hint      journalctl -u grafana-server\n"
                      "  Error     no route to host\n"
                      "  Hint      try again now: overlayctl forward grafana\n"),
            std::string::npos);
}

TEST_F(CtlRender, StatusPutsNoCheckMarkOnAServiceWithoutItsUnit) {
  for (const std::string state : {"not found", "masked"}) {
    const std::string text =
        render_status(status_of({with(service(), {{"unit_state", state}})}), view_);
    EXPECT_NE(text.find("!  grafana"), std::string::npos) << text;
    EXPECT_NE(
        text.find("   → grafana-server.service is " + state + ": overlayctl status grafana\n"),
        std::string::npos)
        << text;
  }
}

TEST_F(CtlRender, StatusSaysWhoFrozeAndHowToThawOnceThereIsSomethingNew) {
  const Dict hold{{"state", "frozen"},   {"by", "root"},        {"reason", "release week"},
                  {"since", now - 3600}, {"until", now + 4805}, {"ends_with", "thaw"}};
  const std::string who =
      "   frozen by root 1h ago, until 2026-03-01 14:20 (in 1h 20m): release week\n";
  const std::string thaw = "   → follow main again: overlayctl thaw grafana\n";
  const std::string old = render_status(status_of({with(behind(), hold)}), view_);
  EXPECT_NE(old.find(who + thaw), std::string::npos) << old;
  const std::string same = render_status(status_of({with(service(), hold)}), view_);
  EXPECT_NE(same.find(who), std::string::npos) << same;
  EXPECT_EQ(same.find("→"), std::string::npos) << same;
}

TEST_F(CtlRender, StatusSaysHowToLeaveARollback) {
  const Dict pinned =
      with(behind(),
           {{"state", "pinned"}, {"by", "root"}, {"since", now - 60}, {"ends_with", "forward"}});
  EXPECT_NE(render_status(status_of({pinned}), view_)
                .find("   pinned by root 1m ago\n"
                      "   → follow main again: overlayctl forward grafana\n"),
            std::string::npos);
}

TEST_F(CtlRender, StatusBeginsWithARefusedConfiguration) {
  const Value refused =
      status_of({}, {{"config_error", "services.toml:3:1: unknown key 'servce'\n  servce = 1\n"}});
  EXPECT_EQ(render_status(refused, view_),
            head +
                "/etc/overlayd/services.toml was refused; the one before it is in force:\n"
                "  services.toml:3:1: unknown key 'servce'\n"
                "    servce = 1\n"
                "  → mend it, then: overlayd check && overlayctl reload\n"
                "no service in /etc/overlayd/services.toml is for this machine\n"
                "  → why: overlayd check\n");
}

TEST_F(CtlRender, StatusShowsTheFirstMistakesOnly) {
  std::string error;
  for (const std::string line : {"1", "2", "3", "4", "5"})
    error += "f:" + line + ":1: wrong\n    " + line + " | x\n";
  const std::string text = render_status(status_of({}, {{"config_error", error}}), view_);
  EXPECT_NE(text.find("  f:3:1: wrong\n      3 | x\n  and 2 more\n  → mend it"), std::string::npos)
      << text;
}

TEST_F(CtlRender, StatusNamesTheSwapOfOldKernels) {
  EXPECT_NE(render_status(status_of({}, {{"swap", "propagated"}}), view_)
                .find("atomic swap by propagation (Linux before 6.5)"),
            std::string::npos);
}

TEST_F(CtlRender, DetailsOfAServiceInSync) {
  EXPECT_EQ(render_details(status_of({service()}), view_),
            head +
                "\n"
                "✓ grafana\n"
                "  State     following\n"
                "  Deployed  8bd0e77a  Raise the limit (Ann Smith), live since 2026-03-01 12:56 "
                "(3m ago)\n"
                "  Newest    8bd0e77a  the one deployed\n"
                "  Upstream  https://git.example.net/site (main), answered 30s ago\n"
                "  Unit      grafana-server.service  active (running)\n"
                "  Overlays  /etc/grafana  ← grafana/etc  bind directory  91ab02cd\n");
}

TEST_F(CtlRender, DetailsOfAServiceInTrouble) {
  const Dict frozen = with(behind(), {{"state", "frozen"},
                                      {"by", "root"},
                                      {"since", now - 60},
                                      {"condition", "failed"},
                                      {"note", "the server cannot filter"},
                                      {"overlays", List{with(overlay(), {{"live", false}})}}});
  const Dict failed = wrong(
      frozen, "service",
      {{"error", "first line\nsecond line"}, {"error_hint", "do this"}, {"error_at", now - 5}});
  EXPECT_EQ(render_details(status_of({failed}), view_),
            head +
                "\n"
                "✗ grafana\n"
                "  State     frozen by root 1m ago\n"
                "  Deployed  8bd0e77a  Raise the limit (Ann Smith), live since 2026-03-01 12:56 "
                "(3m ago)\n"
                "  Newest    91ab02cd  Fix the dashboards\n"
                "  Upstream  https://git.example.net/site (main), answered 30s ago\n"
                "  Unit      grafana-server.service  active (running)\n"
                "  Overlays  /etc/grafana  ← grafana/etc  bind directory  NOT IN PLACE\n"
                "  Note      the server cannot filter\n"
                "  Error     first line\n"
                "            second line\n"
                "            since 5s ago\n"
                "  Hint      do this\n");
}

TEST_F(CtlRender, ACommitForOthersIsTheSameContent) {
  const Dict same = with(behind(), {{"in_sync", true}});
  EXPECT_NE(
      render_details(status_of({same}), view_)
          .find("  Newest    91ab02cd  Fix the dashboards, the same content for this service\n"),
      std::string::npos);
}

TEST_F(CtlRender, ResultsHaveTheirMessageAndHintBelow) {
  const Value answer = Dict{{"results", List{Dict{{"name", "grafana"},
                                                  {"outcome", "done"},
                                                  {"from", old_commit},
                                                  {"to", new_commit},
                                                  {"subject", "Fix the dashboards"},
                                                  {"message", "grafana-server.service restarted"}},
                                             Dict{{"name", "web"},
                                                  {"outcome", "unchanged"},
                                                  {"from", old_commit},
                                                  {"to", old_commit}},
                                             Dict{{"name", "db"},
                                                  {"outcome", "refused"},
                                                  {"message", "etc/x leads out"},
                                                  {"hint", "choose another"}}}}};
  EXPECT_EQ(render_results(answer, view_),
            "✓  grafana  done       8bd0e77a → 91ab02cd  Fix the dashboards\n"
            "   grafana-server.service restarted\n"
            "-  web      unchanged  8bd0e77a\n"
            "!  db       refused\n"
            "   etc/x leads out\n"
            "   → choose another\n");
  EXPECT_EQ(render_results(Dict{}, view_), "no service to act on\n");
  const Dict frozen{
      {"name", "web"}, {"outcome", "done"},   {"state", "frozen"},       {"by", "root"},
      {"since", now},  {"until", now + 7200}, {"reason", "release week"}};
  EXPECT_EQ(render_results(Dict{{"results", List{frozen}}}, view_),
            "✓  web  done\n"
            "   frozen by root just now, until 2026-03-01 15:00 (in 2h): release week\n");
}

TEST_F(CtlRender, PlanListsStepsAndFiles) {
  const Value answer = Dict{
      {"plans",
       List{Dict{{"name", "grafana"},
                 {"from", old_commit},
                 {"to", new_commit},
                 {"subject", "Fix the dashboards"},
                 {"steps", List{"MOUNT tree:9c1e /etc/grafana ro  # services.toml:12"}},
                 {"files", List{Dict{{"local", "/etc/grafana"},
                                     {"status", "M"},
                                     {"path", "/etc/grafana/grafana.ini"}}}},
                 {"more_files", 7}},
            Dict{{"name", "web"}, {"from", old_commit}, {"to", old_commit}, {"steps", List{}}}}}};
  EXPECT_EQ(render_plans(answer, view_),
            "grafana  8bd0e77a → 91ab02cd  Fix the dashboards\n"
            "  steps\n"
            "    MOUNT tree:9c1e /etc/grafana ro  # services.toml:12\n"
            "  files that differ\n"
            "    M /etc/grafana/grafana.ini\n"
            "    and 7 more\n"
            "\n"
            "web  8bd0e77a\n"
            "  nothing to do\n");
}

TEST_F(CtlRender, PlanSaysWhyThereIsNone) {
  const Value answer = Dict{
      {"plans",
       List{Dict{{"name", "grafana"}, {"outcome", "refused"}, {"message", "etc/x leads out"}}}}};
  EXPECT_EQ(render_plans(answer, view_), "grafana\n  refused: etc/x leads out\n");
}

TEST_F(CtlRender, LogIsATableWithReasonsAndFailuresBelow) {
  const Value answer = Dict{{"entries", List{Dict{{"at", now - 60},
                                                  {"verb", "rollback"},
                                                  {"by", "root"},
                                                  {"from", new_commit},
                                                  {"commit", old_commit},
                                                  {"subject", "Raise the limit"},
                                                  {"author", "Ann Smith"},
                                                  {"deployment", 0},
                                                  {"revision", "v1"},
                                                  {"reason", "it broke"},
                                                  {"outcome", "done"}},
                                             Dict{{"at", now - 90000},
                                                  {"verb", "forward"},
                                                  {"by", "overlayd"},
                                                  {"commit", new_commit},
                                                  {"subject", "Fix the dashboards"},
                                                  {"outcome", "failed"},
                                                  {"message", "exit-code"}}}}};
  EXPECT_EQ(
      render_log(answer, view_),
      "   WHEN                         VERB      COMMIT    REV   BY        SUBJECT\n"
      "✓  2026-03-01 12:59  1m ago     rollback  8bd0e77a  @{0}  root      Raise the limit (Ann "
      "Smith)\n"
      "   to v1\n"
      "   reason: it broke\n"
      "✗  2026-02-28 12:00  1d 1h ago  forward   91ab02cd        overlayd  Fix the dashboards\n"
      "   failed: exit-code\n");
  EXPECT_EQ(render_log(Dict{}, view_), "nothing was deployed yet\n");
}

TEST_F(CtlRender, ReloadSaysWhichConfigurationIsInForce) {
  EXPECT_EQ(render_reload(Dict{}, view_), "services.toml is in force\n");
  EXPECT_EQ(render_reload(Dict{{"config_error", "services.toml:1:1: bad"}}, view_),
            "services.toml was refused; the one before it is in force:\n"
            "  services.toml:1:1: bad\n");
}

TEST_F(CtlRender, NothingFromOutsideReachesTheTerminalRaw) {
  const std::string evil = "\033]0;title\007\xff";
  Dict hostile = service();
  for (auto& [key, value] : hostile)
    if (!value.text().empty()) value = evil;
  hostile["in_sync"] = false;
  const Value status = status_of({hostile}, {{"config_error", evil}, {"host", evil}});
  const Dict results{{"results", List{hostile}}};
  for (const std::string& text :
       {render_status(status, view_), render_details(status, view_), render_results(results, view_),
        render_plans(Dict{{"plans", List{hostile}}}, view_),
        render_log(Dict{{"entries", List{hostile}}}, view_),
        render_reload(Dict{{"config_error", evil}}, view_)}) {
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
    EXPECT_EQ(text.find('\007'), std::string::npos) << text;
    EXPECT_EQ(text.find('\xff'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace overlayd::ctl
