// The exact text of overlayctl status.
#include <fmt/format.h>

#include "tests/unit/ctl_render_test.h"

namespace overlayd::ctl {
namespace {

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

TEST_F(CtlRender, StatusTellsARollbackBehindAFreeze) {
  const Dict both =
      with(service(), {{"state", "frozen"}, {"by", "root"}, {"ends_with", "forward"}});
  EXPECT_NE(render_status(status_of({both}), view_)
                .find("\n   frozen by root; pinned as well, until forward\n"),
            std::string::npos);
}

TEST_F(CtlRender, StatusSaysHowToLeaveARollback) {
  const Dict pinned = with(behind(), {{"state", "pinned"},
                                      {"by", "root"},
                                      {"revision", "HEAD~1"},
                                      {"since", now - 60},
                                      {"ends_with", "forward"}});
  const std::string list = render_status(status_of({pinned}), view_);
  EXPECT_NE(list.find("   pinned by root 1m ago (rollback HEAD~1)\n"
                      "   → follow main again: overlayctl forward grafana\n"),
            std::string::npos)
      << list;
  const std::string block = render_details(status_of({pinned}), view_);
  EXPECT_NE(block.find("            → follow main again: overlayctl forward grafana\n"),
            std::string::npos)
      << block;
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
    error += fmt::format("f:{0}:1: wrong\n    {0} | x\n", line);
  const std::string text = render_status(status_of({}, {{"config_error", error}}), view_);
  EXPECT_NE(text.find("  f:3:1: wrong\n      3 | x\n  and 2 more\n  → mend it"), std::string::npos)
      << text;
}

TEST_F(CtlRender, StatusTellsWhatIsKeptForOtherMachines) {
  const std::string text = render_status(status_of({}, {{"kept", List{"nginx", "ssh"}}}), view_);
  EXPECT_NE(text.find("\nin place, though for other machines: nginx, ssh\n  → "), std::string::npos)
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
                                      {"ends_with", "thaw"},
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
                "            → follow main again: overlayctl thaw grafana\n"
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

TEST_F(CtlRender, DetailsTellWhatAnOverlayShowsStill) {
  const Dict old =
      with(service(), {{"overlays", List{with(overlay(), {{"still", "grafana/old"}})}}});
  EXPECT_NE(render_details(status_of({old}), view_).find("bind directory  still grafana/old  91ab"),
            std::string::npos);
}

TEST_F(CtlRender, ACommitForOthersIsTheSameContent) {
  const Dict same = with(behind(), {{"in_sync", true}});
  EXPECT_NE(
      render_details(status_of({same}), view_)
          .find("  Newest    91ab02cd  Fix the dashboards, the same content for this service\n"),
      std::string::npos);
}

}  // namespace
}  // namespace overlayd::ctl
