#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "daemon/steps/action.h"
#include "daemon/steps/plan.h"
#include "daemon/steps/step.h"
#include "daemon/steps/target.h"

namespace overlayd {
namespace {

Step step(StepKind kind, const std::string& subject, const std::string& value = "") {
  return {.kind = kind, .subject = subject, .value = value, .origin = ""};
}

TEST(Step, TextFormParsesBackToTheSameStep) {
  const Steps steps{step(StepKind::package, "nginx"),
                    step(StepKind::checkout, "/var/lib/overlayd/checkouts/web", "8bd0e77a"),
                    step(StepKind::directory, "/etc/grafana"),
                    step(StepKind::file, "/etc/motd"),
                    step(StepKind::mount, "/etc/grafana", "9c1e-0-0-0022"),
                    step(StepKind::mount_file, "/etc/motd", "77aa-0-0-0022"),
                    step(StepKind::link, "/etc/web", "/var/lib/overlayd/checkouts/web/current/web"),
                    step(StepKind::show, "/etc/web", "11e2-0-0-0022"),
                    step(StepKind::unit, "nginx.service", "reload")};
  EXPECT_EQ(parse_steps(to_text(steps)), steps);
}

TEST(Step, KeepsItsOriginBehindTheText) {
  Step mount = step(StepKind::mount, "/etc/grafana", "9c1e");
  mount.origin = "services.toml:12 grafana/etc@8bd0e77a";
  EXPECT_EQ(to_text(mount), "MOUNT /etc/grafana 9c1e  # services.toml:12 grafana/etc@8bd0e77a");
  EXPECT_EQ(parse_step(to_text(mount)).origin, mount.origin);
}

TEST(Step, OddPathsStayOneLineAndOneWord) {
  const Step odd = step(StepKind::directory, "/etc/a b\n# \\x20\x1b[31m\x7f");
  EXPECT_EQ(to_text(odd), "MKDIR /etc/a\\x20b\\x0a\\x23\\x20\\x5cx20\\x1b[31m\\x7f");
  EXPECT_EQ(parse_step(to_text(odd)), odd);
}

TEST(Step, RefusesWhatIsNoStep) {
  for (const char* text : {"", "MOVE /a /b", "MKDIR", "MKDIR ", "MKDIR /a /b", "MOUNT /a",
                           "MOUNT /a b c", "MKDIR /a\\x2", "MKDIR /a\\q00", "UMOUNT /a b"})
    EXPECT_THROW(parse_step(text), Error) << text;
}

TEST(Diff, OfEqualListsIsEmpty) {
  const Steps steps{step(StepKind::directory, "/etc/x"), step(StepKind::mount, "/etc/x", "t1")};
  EXPECT_TRUE(diff(steps, steps).empty());
}

TEST(Diff, FirstInstallMakesEverythingInOrder) {
  const Steps steps{step(StepKind::directory, "/etc/x"), step(StepKind::mount, "/etc/x", "t1"),
                    step(StepKind::unit, "x.service", "restart")};
  EXPECT_EQ(to_text(diff({}, steps)), "MKDIR /etc/x\nMOUNT /etc/x t1\n");
}

TEST(Diff, AnotherTreeAtTheSamePathIsOneSwap) {
  const Steps before{step(StepKind::mount, "/etc/x", "t1")};
  const Steps after{step(StepKind::mount, "/etc/x", "t2")};
  EXPECT_EQ(to_text(diff(before, after)), "SWAP /etc/x t2 t1\n");
}

TEST(Diff, RemovalUndoesInReverseOrder) {
  const Steps steps{step(StepKind::checkout, "/c", "8bd0"), step(StepKind::directory, "/etc/x"),
                    step(StepKind::mount, "/etc/x", "t1")};
  EXPECT_EQ(to_text(diff(steps, {})), "UMOUNT /etc/x t1\nRMDIR /etc/x\nFORGET /c 8bd0\n");
}

TEST(Diff, DirectoryThatBecomesAFileIsTakenAwayAndMadeAnew) {
  const Steps before{step(StepKind::directory, "/etc/x"), step(StepKind::mount, "/etc/x", "t1")};
  const Steps after{step(StepKind::file, "/etc/x"), step(StepKind::mount_file, "/etc/x", "f1")};
  EXPECT_EQ(to_text(diff(before, after)),
            "UMOUNT /etc/x t1\nRMDIR /etc/x\nTOUCH /etc/x\nMOUNTFILE /etc/x f1\n");
}

TEST(Diff, BindThatBecomesASymlinkIsTakenAwayAndMadeAnew) {
  const Steps before{step(StepKind::directory, "/etc/x"), step(StepKind::mount, "/etc/x", "t1")};
  const Steps after{step(StepKind::link, "/etc/x", "/c/current/x"),
                    step(StepKind::show, "/etc/x", "t1")};
  EXPECT_EQ(to_text(diff(before, after)),
            "UMOUNT /etc/x t1\nRMDIR /etc/x\nLINK /etc/x /c/current/x\nSHOW /etc/x t1\n");
}

TEST(Diff, OverlayInsideOneThatGoesIsMadeAgain) {
  const Steps before{step(StepKind::mount, "/srv/outer", "o"),
                     step(StepKind::mount, "/srv/outer/inner", "t1"),
                     step(StepKind::mount, "/srv/outermost", "x")};
  const Steps after{step(StepKind::directory, "/srv/outer/inner"),
                    step(StepKind::mount, "/srv/outer/inner", "t2"),
                    step(StepKind::mount, "/srv/outermost", "x")};
  EXPECT_EQ(to_text(diff(before, after)),
            "UMOUNT /srv/outer/inner t1\nUMOUNT /srv/outer o\n"
            "MKDIR /srv/outer/inner\nMOUNT /srv/outer/inner t2\n");
  EXPECT_EQ(to_text(diff(after, before)),
            "UMOUNT /srv/outer/inner t2\nRMDIR /srv/outer/inner\n"
            "MOUNT /srv/outer o\nMOUNT /srv/outer/inner t1\n");
}

TEST(Diff, CheckoutThatMovesGoesAfterTheLinkIntoItWasChanged) {
  const Steps before{step(StepKind::directory, "/old"), step(StepKind::checkout, "/old/c", "8bd0"),
                     step(StepKind::link, "/etc/x", "/old/c/current/x")};
  const Steps after{step(StepKind::directory, "/new"), step(StepKind::checkout, "/new/c", "8bd0"),
                    step(StepKind::link, "/etc/x", "/new/c/current/x")};
  EXPECT_EQ(to_text(diff(before, after)),
            "MKDIR /new\nCHECKOUT /new/c 8bd0\nRELINK /etc/x /new/c/current/x /old/c/current/x\n"
            "FORGET /old/c 8bd0\nRMDIR /old\n");
}

TEST(Diff, PackagesAreNeverTakenAway) {
  EXPECT_TRUE(diff({step(StepKind::package, "nginx")}, {}).empty());
}

TEST(Plan, ThatOnlyMovesTheCommitChangesNoContent) {
  const Steps before{step(StepKind::checkout, "/c", "old"), step(StepKind::mount, "/etc/x", "t1")};
  const Steps after{step(StepKind::checkout, "/c", "new"), step(StepKind::mount, "/etc/x", "t1")};
  const Plan plan = diff(before, after);
  EXPECT_EQ(to_text(plan), "SWITCH /c new old\n");
  EXPECT_FALSE(changes_content(plan));
}

TEST(Plan, ThatTurnsASymlinkOverlayToAnotherTreeChangesContent) {
  const Steps before{step(StepKind::checkout, "/c", "old"), step(StepKind::show, "/etc/x", "t1")};
  const Steps after{step(StepKind::checkout, "/c", "new"), step(StepKind::show, "/etc/x", "t2")};
  EXPECT_TRUE(changes_content(diff(before, after)));
}

TEST(Plan, TextFormParsesBackToTheSamePlan) {
  const Steps before{step(StepKind::checkout, "/c", "old"), step(StepKind::directory, "/etc/gone"),
                     step(StepKind::mount, "/etc/x y", "t1")};
  const Steps after{step(StepKind::checkout, "/c", "new"), step(StepKind::mount, "/etc/x y", "t2"),
                    step(StepKind::file, "/etc/new"), step(StepKind::mount_file, "/etc/new", "f")};
  Plan plan = diff(before, after);
  plan.push_back(
      {.kind = OpKind::act, .step = step(StepKind::unit, "x.service", "reload"), .before = {}});
  EXPECT_EQ(parse_plan(to_text(plan)), plan);
}

TEST(Plan, RefusesWhatIsNoOperation) {
  for (const char* text : {"SWAP /a b", "SWAP /a b c d", "RMDIR", "HALT /a", "UMOUNT /a"})
    EXPECT_THROW(parse_plan(text), Error) << text;
}

// A model of a machine: what is at each place. Applying a plan to it must be exact both ways.
using Model = std::map<std::pair<StepKind, std::string>, std::string>;

Model model_of(const Steps& steps) {
  Model model;
  for (const auto& each : steps)
    if (each.kind != StepKind::unit && each.kind != StepKind::package)
      model[{each.kind, each.subject}] = each.value;
  return model;
}

void apply_to(Model& model, const Plan& plan) {
  for (const auto& op : plan) {
    const auto place = std::make_pair(op.step.kind, op.step.subject);
    if (op.kind == OpKind::act || op.step.kind == StepKind::package) continue;
    if (op.kind == OpKind::make) {
      EXPECT_EQ(model.count(place), 0U) << to_text(op);
      model[place] = op.step.value;
    } else if (op.kind == OpKind::undo) {
      EXPECT_EQ(model.erase(place), 1U) << to_text(op);
    } else {
      EXPECT_EQ(model[place], op.before.value) << to_text(op);
      model[place] = op.step.value;
    }
  }
}

// Deterministic: the same lists in every run.
Steps random_steps(unsigned& seed) {
  const auto next = [&seed](unsigned below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16) % below;
  };
  Model model;
  for (unsigned i = 0; i < next(12); i++) {
    const auto kind = static_cast<StepKind>(next(8));
    if (kind == StepKind::unit || kind == StepKind::package) continue;
    const bool valued = words_of(kind).has_value;
    model[{kind, "/etc/" + std::to_string(next(6))}] = valued ? "t" + std::to_string(next(4)) : "";
  }
  Steps steps;
  for (const auto& [place, value] : model) steps.push_back(step(place.first, place.second, value));
  return steps;
}

TEST(Plan, LeadsFromAnyListToAnyOtherAndItsInverseBack) {
  unsigned seed = 1;
  for (int round = 0; round < 2000; round++) {
    const Steps before = random_steps(seed);
    const Steps after = random_steps(seed);
    const Plan plan = parse_plan(to_text(diff(before, after)));
    Model model = model_of(before);
    apply_to(model, plan);
    ASSERT_EQ(model, model_of(after));
    ASSERT_TRUE(is_after(plan, after));
    ASSERT_EQ(is_after(plan, before), plan.empty());
    apply_to(model, inverse(plan));
    ASSERT_EQ(model, model_of(before));
  }
}

// --- the steps of a target

ServiceConfig service_with_checkout(const std::string& folder) {
  ServiceConfig service;
  service.checkout = folder;
  service.overlays.resize(1);
  service.overlays[0].local = "/etc/x";
  service.overlays[0].link = "x";
  return service;
}

Steps steps_of(const ServiceConfig& service, const std::string& tree, PathKind around) {
  const Target target{.service = service,
                      .commit = std::string(40, 'a'),
                      .overlays = {{git::EntryKind::directory, tree}}};
  return make_steps(target, [&](const std::string& path) {
    return path == "/srv/checkouts" ? around : PathKind::directory;
  });
}

TEST(Target, FolderAroundTheCheckoutIsOursOnlyIfItWasMissing) {
  const auto service = service_with_checkout("/srv/checkouts/web");
  const Step made = step(StepKind::directory, "/srv/checkouts", "");
  EXPECT_EQ(steps_of(service, "t1", PathKind::missing).front(), made);
  EXPECT_EQ(steps_of(service, "t1", PathKind::directory).front().kind, StepKind::checkout);
}

TEST(Target, WhatIsNoFolderAroundTheCheckoutIsToldWithItsPlace) {
  auto service = service_with_checkout("/srv/checkouts/web");
  service.checkout_at.line = 7;
  try {
    steps_of(service, "t1", PathKind::file);
    FAIL();
  } catch (const Advised& error) {
    EXPECT_STREQ(error.what(), "cannot keep checkouts in /srv/checkouts: a file is there");
    EXPECT_EQ(error.hint(),
              "name another folder as mount in services.toml:7, or move /srv/checkouts away");
  }
}

TEST(Target, OtherTreesOfTheSameCommitAreAnotherCheckout) {
  const auto service = service_with_checkout("/srv/checkouts/web");
  const auto one = steps_of(service, "t1", PathKind::directory).front();
  const auto two = steps_of(service, "t2", PathKind::directory).front();
  EXPECT_TRUE(one.same_place(two));
  EXPECT_NE(one.value, two.value);
}

TEST(RemovalTest, TellsTheUnitIfAnOverlayGoes) {
  const Step folder = step(StepKind::directory, "/srv/checkouts");
  const Step unit = step(StepKind::unit, "web.service", "restart");
  EXPECT_NE(find_action(plan_of_removal({folder, step(StepKind::mount, "/srv/x"), unit})), nullptr);
  EXPECT_EQ(find_action(plan_of_removal({folder, unit})), nullptr);
}

TEST(UnitFiles, AreWhereSystemdReadsThem) {
  const auto touches = [](StepKind kind, const std::string& path) {
    return touches_unit_files(
        {{.kind = OpKind::undo, .step = {kind, path, "x", ""}, .before = {}}});
  };
  for (const char* path : {"/etc/systemd/system/a.service.d", "/usr/lib/systemd/system/a.service",
                           "/usr/local/lib/systemd"})
    EXPECT_TRUE(touches(StepKind::mount, path)) << path;
  EXPECT_TRUE(touches(StepKind::mount_file, "/etc/systemd/system/a.service"));
  EXPECT_TRUE(touches(StepKind::show, "/etc/systemd/system/a.service.d"));
  EXPECT_FALSE(touches(StepKind::unit, "/etc/systemd/system/a.service"));
  for (const char* path : {"/etc/systemd/network", "/etc/systemd/system.conf.d", "/etc/nginx"})
    EXPECT_FALSE(touches(StepKind::mount, path)) << path;
}

TEST(Steps, ManualTellsAllTheirWords) {
  std::set<std::string> told;
  for (const auto& line :
       split(read_file(std::string(OVERLAYD_SOURCE_DIR) + "/docs/overlayctl.1"), '\n'))
    if (line.starts_with(".It Li "))
      for (const auto& word : split(line, ' ')) told.insert(word);
  for (const auto& words : all_step_words())
    for (const auto word : {words.make, words.undo, words.change})
      EXPECT_TRUE(word.empty() || told.contains(std::string(word))) << word;
}

}  // namespace
}  // namespace overlayd
