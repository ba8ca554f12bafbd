// How overlayctl ends: outcomes and errors as exit codes and in words; and what --json prints.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/bus.h"
#include "ctl/client.h"
#include "ctl/failure.h"
#include "ctl/json.h"

namespace overlayd::ctl {
namespace {

Value answer_with(const std::vector<std::string>& outcomes) {
  List results;
  for (const auto& outcome : outcomes) results.emplace_back(Dict{{"outcome", outcome}});
  return Dict{{"results", results}};
}

TEST(CtlExitCodes, TheWorstOutcomeDecides) {
  EXPECT_EQ(exit_code_of_results(answer_with({})), ExitCode::done);
  EXPECT_EQ(exit_code_of_results(answer_with({"done", "unchanged", "skipped"})), ExitCode::done);
  EXPECT_EQ(exit_code_of_results(answer_with({"done", "failed", "done"})), ExitCode::failed);
  EXPECT_EQ(exit_code_of_results(answer_with({"refused", "failed"})), ExitCode::refused);
  EXPECT_EQ(exit_code_of_results(answer_with({"of a newer daemon"})), ExitCode::failed);
}

TEST(CtlExitCodes, APlanThatCouldNotBeMadeCounts) {
  const auto plans = [](const char* outcome) -> Value {
    return Dict{{"plans", List{Dict{}, Dict{{"outcome", outcome}}}}};
  };
  EXPECT_EQ(exit_code_of_plans(Dict{{"plans", List{Dict{{"name", "web"}}}}}), ExitCode::done);
  EXPECT_EQ(exit_code_of_plans(plans("failed")), ExitCode::failed);
  EXPECT_EQ(exit_code_of_plans(plans("refused")), ExitCode::refused);
}

TEST(CtlExitCodes, ARefusedConfigurationIsAFailure) {
  EXPECT_EQ(exit_code_of_reload(Dict{}), ExitCode::done);
  EXPECT_EQ(exit_code_of_reload(Dict{{"config_error", "services.toml:1:1: …"}}), ExitCode::failed);
}

Failure failure_of(const std::string& name, const std::string& text,
                   const std::vector<std::string>& arguments = {}) {
  return explain(BusError(name, text), arguments);
}

TEST(CtlFailures, AreExplainedByTheirDBusName) {
  const Failure gone = failure_of("org.freedesktop.DBus.Error.ServiceUnknown", "…");
  EXPECT_EQ(gone.text,
            "overlayd is not running: systemctl start overlayd; if that fails, overlayd check and "
            "journalctl -u overlayd tell why");
  EXPECT_EQ(gone.code, ExitCode::failed);

  const Failure unknown = failure_of("org.overlayd1.Error.UnknownService",
                                     "no service 'gravana' (did you mean 'grafana'?)");
  EXPECT_EQ(unknown.text, "no service 'gravana' (did you mean 'grafana'?)");
  EXPECT_EQ(unknown.code, ExitCode::wrong_use);

  EXPECT_EQ(failure_of("org.overlayd1.Error.InvalidArgument", "x").code, ExitCode::wrong_use);
  EXPECT_EQ(failure_of("org.freedesktop.DBus.Error.NoReply", "x").code, ExitCode::failed);
  EXPECT_EQ(failure_of("org.freedesktop.DBus.Error.Failed", "x").code, ExitCode::failed);
}

TEST(CtlFailures, DeniedSaysTheCommandToRunAsRoot) {
  const Failure denied = failure_of("org.freedesktop.DBus.Error.AccessDenied", "…",
                                    {"freeze", "web", "--reason", "it's late", "--for=2h"});
  EXPECT_EQ(
      denied.text,
      "only root may do this: try sudo overlayctl freeze web --reason 'it'\\''s late' --for=2h");
  EXPECT_EQ(denied.code, ExitCode::refused);
}

TEST(CtlFailures, CtrlCEndsWith130) {
  EXPECT_EQ(explain(Interrupted("x"), {}).code, ExitCode::interrupted);
  EXPECT_EQ(explain(Error("x"), {}).code, ExitCode::failed);
}

TEST(CtlFailures, NeverCarryTerminalEscapes) {
  EXPECT_EQ(failure_of("org.freedesktop.DBus.Error.Failed", "bad \033[2J\nline").text,
            "bad ?[2J\nline");
}

TEST(CtlJson, PrintsTheDictionaryAsItIs) {
  const Value value = Dict{{"name", "web"},
                           {"in_sync", true},
                           {"deployed_at", int64_t{1772370000}},
                           {"machines", List{Dict{{"local", "/etc/x"}}}},
                           {"files", List{}}};
  EXPECT_EQ(to_json(value),
            "{\n"
            "  \"deployed_at\": 1772370000,\n"
            "  \"files\": [],\n"
            "  \"in_sync\": true,\n"
            "  \"machines\": [\n"
            "    {\n"
            "      \"local\": \"/etc/x\"\n"
            "    }\n"
            "  ],\n"
            "  \"name\": \"web\"\n"
            "}\n");
}

TEST(CtlJson, MembersThatAreNotThereAreNull) {
  EXPECT_EQ(to_json(Dict{{"files", List{Dict{{"path", "/etc/x"}}}}}),
            "{\n"
            "  \"files\": [\n"
            "    {\n"
            "      \"local\": null,\n"
            "      \"path\": \"/etc/x\",\n"
            "      \"status\": null\n"
            "    }\n"
            "  ]\n"
            "}\n");
}

TEST(CtlJson, APlanThatCouldBeMadeHasNoOutcomeNorHint) {
  const std::string text = to_json(Dict{{"plans", List{Dict{{"name", "web"}}}}});
  for (const char* member : {"outcome", "message", "hint"})
    EXPECT_NE(text.find(fmt::format("\"{}\": null", member)), std::string::npos) << text;
}

TEST(CtlJson, ReplacesInvalidUtf8AndEscapesControls) {
  EXPECT_EQ(to_json(Dict{{"subject", "a\xff\033[31m"}}),
            "{\n  \"subject\": \"a\xef\xbf\xbd\\u001b[31m\"\n}\n");
}

}  // namespace
}  // namespace overlayd::ctl
