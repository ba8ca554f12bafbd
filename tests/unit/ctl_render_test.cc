// The exact text that overlayctl shows for the other answers of the daemon.
#include "tests/unit/ctl_render_test.h"

namespace overlayd::ctl {
namespace {

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

TEST_F(CtlRender, PlanOfAFrozenServiceSaysSo) {
  const Value answer = Dict{{"plans", List{Dict{{"name", "grafana"},
                                                {"from", old_commit},
                                                {"to", new_commit},
                                                {"state", "frozen"},
                                                {"by", "root"},
                                                {"since", now - 3600},
                                                {"reason", "release week"},
                                                {"ends_with", "thaw"},
                                                {"steps", List{"SWAP /etc/grafana b a"}}}}}};
  EXPECT_EQ(render_plans(answer, view_),
            "grafana  8bd0e77a → 91ab02cd\n"
            "  frozen by root 1h ago: release week\n"
            "  steps\n"
            "    SWAP /etc/grafana b a\n");
}

TEST_F(CtlRender, PlanSaysWhyThereIsNone) {
  const Value answer = Dict{{"plans", List{Dict{{"name", "grafana"},
                                                {"outcome", "refused"},
                                                {"message", "etc/x leads out"},
                                                {"hint", "mend etc/x"}}}}};
  EXPECT_EQ(render_plans(answer, view_), "grafana\n  refused: etc/x leads out\n  → mend etc/x\n");
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

TEST_F(CtlRender, LogKeepsWhatACommandTakesWholeHoweverNarrow) {
  const Value answer = Dict{{"entries", List{Dict{{"at", now - 90000},
                                                  {"verb", "configuration"},
                                                  {"by", "root"},
                                                  {"commit", new_commit},
                                                  {"subject", "Raise the limit for all of them"},
                                                  {"author", "Ann Smith"},
                                                  {"deployment", 10},
                                                  {"outcome", "done"}}}}};
  const std::string narrow =
      "   VERB           COMMIT    REV\n"
      "✓  configuration  91ab02cd  @{10}\n"
      "   2026-02-28 12:00, 1d 1h ago\n"
      "   by root\n"
      "   Raise the limit for all of them (Ann\n"
      "   Smith)\n";
  EXPECT_EQ(render_log(answer, {.now = now, .width = 40}), narrow);
  EXPECT_NE(render_log(answer, {.now = now, .width = 80}).find("@{10}  root  Raise"),
            std::string::npos);
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
