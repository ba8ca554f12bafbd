// Putting in place what was deployed, from nothing but the state directory.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "daemon/commands.h"
#include "daemon/state/history.h"
#include "daemon/state/store.h"
#include "daemon/steps/checkout.h"
#include "daemon/steps/place.h"
#include "daemon/trees/trees.h"
#include "mounts/write_protect.h"
#include "tests/functional/support/private_mounts.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

class Restore : public testing::Test {
 public:
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 protected:
  Restore() {
    test::make_mounts_private();
    // neither a services.toml nor the user is there
    options_.config_file = temp_ / "services.toml";
    options_.user = "nobody-at-all";
    options_.home = temp_ / "home";
    settings_.home = options_.home;
    settings_.state_directory = temp_ / "state";
    prepare_state_directory(settings_);
    remember_state_directory(settings_);
    temp_.file("state/trees/tree/page", "from Git");
  }
  ~Restore() override { allow_writing(settings_.trees()); }

  // As if a service of that name had been deployed, with a symbolic link to its checkout.
  ServiceState deployed(const std::string& name) const {
    const std::string folder = temp_ / "checkouts/" + name;
    ServiceState state;
    state.links = {{"etc", "tree"}};
    state.steps = {{StepKind::directory, temp_ / "checkouts", "", ""},
                   {StepKind::checkout, folder, checkout_name(commit_, state.links), ""},
                   {StepKind::link, temp_ / name, folder + "/current/etc", ""},
                   {StepKind::show, temp_ / name, "tree", ""}};
    Store(settings_).save(name, state, Durability::lazy);
    return state;
  }
  bool shows(const std::string& name) const { return fs::exists(temp_ / (name + "/page")); }

  const std::string commit_ = std::string(40, 'a');
  test::TempDir temp_;
  Options options_;
  Settings settings_;
};

TEST_F(Restore, NeedsOnlyTheStateDirectory) {
  deployed("web");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_TRUE(shows("web"));
}

TEST_F(Restore, RepairsALinkThatLeadsElsewhere) {
  deployed("web");
  EXPECT_EQ(restore_overlays(options_), 0);
  const fs::path link = temp_ / "checkouts/web/current/etc";
  fs::remove(link);
  fs::create_symlink("/srv", link);
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_TRUE(shows("web"));
}

TEST_F(Restore, NobodyCanWriteThroughALink) {
  deployed("web");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_EQ(open((temp_ / "web/new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644), -1);
  EXPECT_EQ(errno, EROFS);
}

TEST_F(Restore, NeedsNoSpaceOnTheDisk) {
  const auto disk = test::mount_disk(temp_ / "state");
  prepare_state_directory(settings_);
  temp_.file("state/trees/tree/page", "from Git");
  deployed("web");
  test::fill_disk(temp_ / "state");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_TRUE(shows("web"));
}

TEST_F(Restore, TreesOnAFileSystemOfTheirOwnAreRefused) {
  deployed("web");
  const auto disk = test::bind(temp_.dir("disk"), settings_.trees());
  EXPECT_THROW(restore_overlays(options_), Error);
  EXPECT_THROW(clear_overlays(options_), Error);
}

TEST_F(Restore, NothingDeployedYetIsFine) {
  options_.home = temp_ / "elsewhere";
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_EQ(clear_overlays(options_), 0);
  EXPECT_FALSE(fs::exists(options_.home));
}

TEST_F(Restore, StateThatIsGoneIsAnError) {
  fs::remove_all(temp_ / "state");
  EXPECT_THROW(restore_overlays(options_), Error);
  EXPECT_THROW(clear_overlays(options_), Error);
}

TEST_F(Restore, OneThatCannotBeDoesNotHinderTheOthers) {
  for (const char* name : {"a", "b", "c", "d"}) deployed(name);
  temp_.file("b", "somebody else's");
  fs::remove(temp_ / "state/state/c");
  fs::create_symlink("c", temp_ / "state/state/c");  // cannot be read
  EXPECT_EQ(restore_overlays(options_), 1);
  EXPECT_TRUE(shows("a"));
  EXPECT_TRUE(shows("d"));
  EXPECT_EQ(read_file(temp_ / "b"), "somebody else's");
}

// Neither making it nor taking it back is possible there.
TEST_F(Restore, APlaceBehindALinkIsAnErrorLikeAnyOther) {
  ServiceState state = deployed("web");
  fs::create_symlink("/srv", temp_ / "link");
  state.steps.push_back({StepKind::directory, temp_ / "link/made", "", ""});
  Store(settings_).save("web", state, Durability::lazy);
  EXPECT_EQ(restore_overlays(options_), 1);
  EXPECT_EQ(clear_overlays(options_), 1);
  EXPECT_FALSE(fs::exists("/srv/made"));
}

TEST_F(Restore, RemovalThatWasInterruptedIsTakenBack) {
  const ServiceState state = deployed("web");
  EXPECT_EQ(restore_overlays(options_), 0);
  // the journal is there, everything is gone, the state is not
  Store(settings_).begin("web", diff(state.steps, {}));
  fs::remove(temp_ / "web");
  remove_checkouts(temp_ / "checkouts/web");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_TRUE(shows("web"));
  EXPECT_TRUE(fs::is_empty(temp_ / "state/journal"));
}

// Another service's overlay around it may have gone in between.
TEST_F(Restore, WhatCannotBePutBackIsMissingOnceTheRestWasTakenBack) {
  temp_.file("around/file", "");
  const Step inner{StepKind::mount, temp_ / "around/in", "tree", ""};
  const Step link{StepKind::link, temp_ / "link", settings_.trees() + "/tree", ""};
  ServiceState state;
  state.steps = {inner};
  const Store store(settings_);
  store.save("web", state, Durability::lazy);
  store.begin("web", {{.kind = OpKind::undo, .step = inner, .before = {}},
                      {.kind = OpKind::make, .step = link, .before = {}}});
  fs::create_symlink(link.value, link.subject);
  EXPECT_EQ(restore_overlays(options_), 1);
  EXPECT_FALSE(fs::is_symlink(link.subject));
  EXPECT_FALSE(store.load("web").open);
}

TEST_F(Restore, ClearTakesAwayWhatWasMadeAndNothingElse) {
  deployed("web");
  deployed("other");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_EQ(clear_overlays(options_), 0);
  EXPECT_FALSE(fs::exists(temp_ / "checkouts"));
  EXPECT_FALSE(link_target(temp_ / "web"));
  EXPECT_TRUE(fs::is_empty(temp_ / "state/state"));
}

TEST_F(Restore, ClearKeepsWhatAServiceGoesOnWith) {
  ServiceState state = deployed("web");
  state.deployed.id = commit_;
  state.failure = "it failed";
  state.frozen = Hold{};
  state.frozen->reason = "trade fair";
  note_in_log(state, "freeze", "root", "trade fair");
  Store(settings_).save("web", state, Durability::lazy);
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_EQ(clear_overlays(options_), 0);
  const ServiceState left = Store(settings_).load("web").state;
  EXPECT_EQ(left.former.id, commit_);
  EXPECT_EQ(left.frozen, state.frozen);
  ASSERT_EQ(left.log.size(), 2U);
  EXPECT_EQ(left.log[1].verb, "clear");
  EXPECT_EQ(left.log[1].from, commit_);
  EXPECT_TRUE(left.deployed.id.empty() && left.steps.empty() && left.links.empty());
  EXPECT_EQ(left.failure, "");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_FALSE(shows("web"));
  EXPECT_EQ(clear_overlays(options_), 0);
  EXPECT_EQ(Store(settings_).load("web").state, left);
}

TEST_F(Restore, ClearNeedsNoSpaceOnTheDisk) {
  const auto disk = test::mount_disk(temp_ / "state");
  prepare_state_directory(settings_);
  temp_.file("state/trees/tree/page", "from Git");
  ServiceState state = deployed("web");
  state.deployed.id = commit_;
  Store(settings_).save("web", state, Durability::lazy);
  EXPECT_EQ(restore_overlays(options_), 0);
  test::fill_disk(temp_ / "state");
  EXPECT_EQ(clear_overlays(options_), 0);
  EXPECT_FALSE(link_target(temp_ / "web"));
}

TEST_F(Restore, ClearTakesAwayWhatItCan) {
  ServiceState state = deployed("web");
  state.steps.push_back({StepKind::directory, temp_ / "busy", "", ""});
  Store(settings_).save("web", state, Durability::lazy);
  EXPECT_EQ(restore_overlays(options_), 0);
  const auto busy = test::bind(temp_.dir("mine"), temp_ / "busy");
  EXPECT_EQ(clear_overlays(options_), 1);
  EXPECT_FALSE(link_target(temp_ / "web"));
  EXPECT_TRUE(fs::exists(temp_ / "state/state/web"));
}

TEST_F(Restore, ClearLeavesAFolderAroundCheckoutsThatIsInUse) {
  deployed("web");
  temp_.file("checkouts/notes", "mine");
  EXPECT_EQ(restore_overlays(options_), 0);
  EXPECT_EQ(clear_overlays(options_), 0);
  EXPECT_EQ(read_file(temp_ / "checkouts/notes"), "mine");
}

}  // namespace
}  // namespace overlayd
