// The command line of overlayctl: what is understood, and what a wrong one is told.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "ctl/arguments.h"

namespace overlayd::ctl {
namespace {

Invocation parsed(const std::vector<std::string>& arguments) {
  const auto result = parse(arguments);
  if (const auto* reply = std::get_if<Reply>(&result)) {
    ADD_FAILURE() << reply->text;
    return {};
  }
  return std::get<Invocation>(result);
}

Reply replied(const std::vector<std::string>& arguments) {
  const auto result = parse(arguments);
  if (const auto* reply = std::get_if<Reply>(&result)) return *reply;
  ADD_FAILURE() << "was accepted";
  return {"", ExitCode::done};
}

using Names = std::vector<std::string>;

TEST(CtlArguments, EveryVerbIsKnown) {
  EXPECT_EQ(parsed({"status"}).verb, Verb::status);
  EXPECT_EQ(parsed({"forward"}).verb, Verb::forward);
  EXPECT_EQ(parsed({"freeze", "a"}).verb, Verb::freeze);
  EXPECT_EQ(parsed({"thaw", "a"}).verb, Verb::thaw);
  EXPECT_EQ(parsed({"rollback", "a"}).verb, Verb::rollback);
  EXPECT_EQ(parsed({"plan"}).verb, Verb::plan);
  EXPECT_EQ(parsed({"log", "a"}).verb, Verb::log);
  EXPECT_EQ(parsed({"reload"}).verb, Verb::reload);
}

TEST(CtlArguments, NoCommandIsStatusOfAll) {
  EXPECT_EQ(parsed({}).verb, Verb::status);
  EXPECT_TRUE(parsed({}).services.empty());
}

TEST(CtlArguments, JsonIsAcceptedBeforeAndAfterTheCommand) {
  EXPECT_TRUE(parsed({"--json", "status"}).json);
  EXPECT_TRUE(parsed({"status", "--json"}).json);
  EXPECT_TRUE(parsed({"freeze", "a", "--json", "--for", "2h"}).json);
  EXPECT_TRUE(parsed({"--json"}).json);
  EXPECT_FALSE(parsed({"status"}).json);
}

TEST(CtlArguments, FreezeTakesServicesReasonAndDuration) {
  const Invocation freeze =
      parsed({"freeze", "web", "db", "--reason", "release week", "--for=1h30m"});
  EXPECT_EQ(freeze.services, (Names{"web", "db"}));
  EXPECT_EQ(freeze.reason, "release week");
  EXPECT_EQ(freeze.duration, std::chrono::minutes(90));
  EXPECT_EQ(parsed({"freeze", "--reason", "x", "web"}).services, Names{"web"});
  EXPECT_EQ(parsed({"freeze", "web"}).duration, std::chrono::seconds(0));
}

TEST(CtlArguments, LogTakesANumberOfLines) {
  EXPECT_EQ(parsed({"log", "web"}).lines, 0U);
  EXPECT_EQ(parsed({"log", "-n", "3", "web"}).lines, 3U);
  EXPECT_EQ(parsed({"log", "web", "--lines=12"}).lines, 12U);
  for (const char* number : {"0", "-1", "x", "3x", "99999999999999999999"})
    EXPECT_EQ(replied({"log", "web", "--lines", number}).code, ExitCode::wrong_use) << number;
}

TEST(CtlArguments, HelpIsACommandToo) {
  EXPECT_EQ(replied({"help"}).text, replied({"--help"}).text);
  EXPECT_EQ(replied({"help", "freeze"}).text, replied({"freeze", "--help"}).text);
  EXPECT_EQ(replied({"help", "freeze"}).code, ExitCode::done);
  for (const auto& words : std::vector<Names>{
           {"--json", "help"}, {"help", "--json"}, {"help", "help"}, {"help", "--help"}})
    EXPECT_EQ(replied(words).text, replied({"--help"}).text) << words.front();
  EXPECT_EQ(replied({"--json", "help", "freeze"}).text, replied({"freeze", "--help"}).text);
  EXPECT_EQ(parsed({"status", "help"}).services, Names{"help"});
  EXPECT_NE(replied({"help", "freze"}).text.find("did you mean 'freeze'"), std::string::npos);
  EXPECT_EQ(replied({"help", "freze"}).code, ExitCode::wrong_use);
}

TEST(CtlArguments, RevisionsAreTakenAsTheyAre) {
  for (const std::string revision : {"HEAD~1", "@{1}", "v1.4", "8bd0e77a", "origin/main^2"}) {
    EXPECT_EQ(parsed({"rollback", "web", revision}).revision, revision);
    EXPECT_EQ(parsed({"plan", "web", revision}).revision, revision);
  }
  EXPECT_EQ(parsed({"rollback", "web"}).revision, "");
  EXPECT_EQ(parsed({"rollback", "foo@bar", "@{1}"}).services, Names{"foo@bar"});
}

TEST(CtlArguments, WhatNoRepositoryCouldHaveIsWrongUse) {
  const std::string no_number = ": its number is too large\n";
  for (const auto& [revision, why] :
       std::vector<std::pair<std::string, std::string>>{{"~1", ": nothing stands before the '~'\n"},
                                                        {"^", ": nothing stands before the '^'\n"},
                                                        {"HEAD~99999999999", no_number},
                                                        {"v1^{}^2147483648", no_number},
                                                        {"v1^{/a~1}~99999999999", no_number}})
    for (const char* command : {"plan", "rollback"}) {
      const Reply reply = replied({command, "web", revision});
      EXPECT_EQ(reply.code, ExitCode::wrong_use);
      EXPECT_TRUE(reply.text.starts_with(
          fmt::format("overlayctl: '{}' is not a revision{}", revision, why)))
          << reply.text;
    }
  for (const std::string revision :
       {":/~99999999999", "HEAD^{/~99999999999}~2", "HEAD^{/~99999999999", "v1~2147483647^^2"})
    EXPECT_EQ(parsed({"plan", "web", revision}).revision, revision);
}

TEST(CtlArguments, AServiceMayBeCalledLikeACommand) {
  EXPECT_EQ(parsed({"status", "log"}).services, Names{"log"});
  EXPECT_EQ(parsed({"rollback", "plan"}).services, Names{"plan"});
}

TEST(CtlArguments, AMistypedCommandGetsASuggestion) {
  const Reply reply = replied({"stauts"});
  EXPECT_EQ(reply.code, ExitCode::wrong_use);
  EXPECT_EQ(reply.text,
            "overlayctl: no command 'stauts' (did you mean 'status'?)\n"
            "Try 'overlayctl --help'.\n");
}

TEST(CtlArguments, HelpOnACommandThatThereIsNotIsWrongUse) {
  const std::string try_help = "Try 'overlayctl --help'.\n";
  EXPECT_EQ(replied({"stauts", "--help"}).text,
            "overlayctl: no command 'stauts' (did you mean 'status'?)\n" + try_help);
  EXPECT_EQ(replied({"-h", "list"}).text, "overlayctl: no command 'list'\n" + try_help);
  for (const auto& words : std::vector<Names>{{"check"}, {"check", "--help"}, {"help", "check"}}) {
    EXPECT_EQ(replied(words).text,
              "overlayctl: no command 'check' (did you mean 'overlayd check'?)\n" + try_help);
    EXPECT_EQ(replied(words).code, ExitCode::wrong_use);
  }
}

TEST(CtlArguments, AMistypedOptionGetsASuggestion) {
  EXPECT_EQ(replied({"freeze", "web", "--resaon", "x"}).text,
            "overlayctl: no option '--resaon' (did you mean '--reason'?)\n"
            "Try 'overlayctl freeze --help'.\n");
  EXPECT_EQ(replied({"--jsn"}).code, ExitCode::wrong_use);
}

TEST(CtlArguments, MissingAndSuperfluousOnesAreWrongUse) {
  EXPECT_EQ(replied({"freeze"}).text,
            "overlayctl: SERVICE is required\nTry 'overlayctl freeze --help'.\n");
  for (const char* argument : {"--for", "--for="})
    EXPECT_EQ(replied({"freeze", "web", argument}).text,
              "overlayctl: --for needs a value\nTry 'overlayctl freeze --help'.\n");
  EXPECT_EQ(replied({"freeze", "web", "--for", "1h", "--for", "2h"}).text,
            "overlayctl: --for stands here more than once\nTry 'overlayctl freeze --help'.\n");
  for (const auto& arguments : std::vector<Names>{{"thaw"},
                                                  {"rollback"},
                                                  {"log"},
                                                  {"log", "a", "b"},
                                                  {"rollback", "a", "b", "c"},
                                                  {"plan", "a", "b", "status"},
                                                  {"reload", "a"},
                                                  {"freeze", "a", "--for"},
                                                  {"status", "--for", "2h"}})
    EXPECT_EQ(replied(arguments).code, ExitCode::wrong_use) << arguments.front();
}

TEST(CtlArguments, AFreezeOfNoTimeOrAStrangeOneIsWrongUse) {
  for (const std::string duration : {"2x", "0", "-1h", "soon", "9999999999w"})
    EXPECT_EQ(replied({"freeze", "web", "--for=" + duration}).code, ExitCode::wrong_use)
        << duration;
  EXPECT_EQ(replied({"freeze", "web", "--for", "2x"}).text,
            "overlayctl: '2x' is not a time: --for takes 90s, 30m, 2h, 1h30m or 3d\n"
            "Try 'overlayctl freeze --help'.\n");
  EXPECT_EQ(replied({"freeze", "web", "--for", "1000000d"}).text,
            "overlayctl: '1000000d' is too long: --for takes up to 36525d\n"
            "Try 'overlayctl freeze --help'.\n");
  EXPECT_EQ(parsed({"freeze", "web", "--for", "36525d"}).duration, longest_duration);
}

TEST(CtlArguments, ATerminalEscapeIsNotRepeated) {
  EXPECT_EQ(replied({"\033[31mred"}).text.find('\033'), std::string::npos);
}

TEST(CtlArguments, HelpAndVersionAreDone) {
  EXPECT_EQ(replied({"--version"}).code, ExitCode::done);
  EXPECT_TRUE(replied({"--version"}).text.starts_with("overlayctl "));
  EXPECT_EQ(replied({"--help"}).code, ExitCode::done);
  EXPECT_NE(replied({"--help"}).text.find("Exit status: 0 done"), std::string::npos);
}

TEST(CtlArguments, EveryCommandHasHelpWithExamples) {
  for (const std::string command :
       {"status", "forward", "freeze", "thaw", "rollback", "plan", "log", "reload"}) {
    const Reply reply = replied({command, "--help"});
    EXPECT_EQ(reply.code, ExitCode::done);
    EXPECT_TRUE(reply.text.starts_with("Usage: overlayctl " + command));
    EXPECT_NE(reply.text.find("Examples:\n"), std::string::npos) << command;
    EXPECT_EQ(replied({"-h"}).code, ExitCode::done);
  }
}

TEST(CtlArguments, AVariableThatIsNotSetIsWrongUse) {
  const std::vector<std::vector<std::string>> lines{{"rollback", "web", ""},
                                                    {"freeze", "web", "--for", ""},
                                                    {"freeze", ""},
                                                    {"freeze", "web", "--for", "2"}};
  for (const auto& line : lines) {
    const auto result = parse(line);
    ASSERT_TRUE(std::holds_alternative<Reply>(result)) << line.front();
    EXPECT_EQ(std::get<Reply>(result).code, ExitCode::wrong_use);
  }
}

}  // namespace
}  // namespace overlayd::ctl
