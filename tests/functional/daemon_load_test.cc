// What must be known without services.toml, and what is left of it when it is broken.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "daemon/commands.h"
#include "daemon/config_in_force.h"
#include "daemon/load.h"
#include "tests/functional/support/private_mounts.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Load : public testing::Test {
 protected:
  Load() {
    options_.config_file = temp_ / "services.toml";
    options_.home = temp_ / "home";
    options_.user = "nobody";
  }
  void write_config(const std::string& text) const { temp_.file("services.toml", text); }
  void write_config_with_state_in(const std::string& path) const {
    write_config("services = []\n[global]\nstate_directory = '" + path + "'\n");
  }
  // As the daemon does when it comes up.
  void come_up() const {
    const Loaded loaded = load(options_);
    remember_state_directory(loaded.settings);
    remember_good_config(loaded.settings, loaded.text);
  }
  std::string state_in_force() const { return settings_in_force(options_).state_directory; }

  test::TempDir temp_;
  Options options_;
};

TEST_F(Load, ReadsOnly) {
  write_config_with_state_in(temp_ / "state");
  EXPECT_EQ(load(options_).settings.state_directory, temp_ / "state");
  EXPECT_FALSE(fs::exists(temp_ / "state"));
  EXPECT_FALSE(fs::exists(temp_ / "home"));
}

TEST_F(Load, StateDirectoryIsKnownWithoutServicesToml) {
  EXPECT_EQ(state_in_force(), temp_ / "home");
  write_config_with_state_in(temp_ / "state");
  come_up();
  fs::remove(options_.config_file);
  options_.user = "nobody-at-all";
  EXPECT_EQ(state_in_force(), temp_ / "state");
}

TEST_F(Load, StateDirectoryIsOnlyNotedIfItIsElsewhere) {
  write_config_with_state_in(temp_ / "state");
  come_up();
  write_config_with_state_in(temp_ / "home");
  come_up();
  EXPECT_EQ(state_in_force(), temp_ / "home");
  EXPECT_FALSE(fs::is_symlink(temp_ / "home/state_directory"));
}

TEST_F(Load, StateDirectoryInUseIsNotLeftBehind) {
  write_config_with_state_in(temp_ / "state");
  come_up();
  temp_.dir("state/journal");
  temp_.file("state/state/web", "");
  write_config_with_state_in(temp_ / "other");
  const Loaded loaded = load(options_);
  EXPECT_EQ(loaded.settings.state_directory, temp_ / "state");
  const std::string place = options_.config_file + ":3:19: state_directory is " + temp_ / "other";
  EXPECT_TRUE(loaded.config_error.starts_with(place)) << loaded.config_error;
  EXPECT_EQ(check_config(options_), 1);
  fs::remove(temp_ / "home/services.toml.good");
  EXPECT_THROW(load(options_), WrongConfig);
  temp_.file("state/state/web", "version = 1\nformer = { id = 'taken away' }\n");
  EXPECT_EQ(check_config(options_), 0);
  come_up();
  EXPECT_EQ(state_in_force(), temp_ / "other");
}

TEST_F(Load, StateDirectoryStaysWhileTheDaemonRuns) {
  write_config_with_state_in(temp_ / "state");
  Loaded loaded = load(options_);
  const Settings settings = loaded.settings;
  ConfigInForce config(settings, std::move(loaded));
  write_config_with_state_in(temp_ / "other");
  EXPECT_TRUE(contains(config.reload(), "or restart overlayd"));
  EXPECT_FALSE(fs::exists(temp_ / "home/services.toml.good"));
  temp_.dir("state/journal");
  temp_.file("state/state/web", "");
  EXPECT_TRUE(contains(config.reload(), "overlays are in place"));
  EXPECT_TRUE(contains(config.error(), "overlays are in place"));
  EXPECT_EQ(config.config().global.state_directory, temp_ / "state");
}

TEST_F(Load, GoodCopyIsWhatWasRead) {
  write_config_with_state_in(temp_ / "state");
  const Loaded loaded = load(options_);
  write_config("[global\n");
  remember_good_config(loaded.settings, loaded.text);
  EXPECT_EQ(load(options_).settings.state_directory, temp_ / "state");
}

TEST_F(Load, BrokenFileLeavesTheOneBeforeInForce) {
  write_config_with_state_in(temp_ / "state");
  come_up();
  write_config("[global\n");
  const Loaded loaded = load(options_);
  EXPECT_NE(loaded.config_error, "");
  EXPECT_EQ(loaded.settings.state_directory, temp_ / "state");
}

TEST_F(Load, FileThatOthersCanChangeLeavesTheOneBeforeInForce) {
  write_config_with_state_in(temp_ / "state");
  come_up();
  const auto refused_for = [&](uid_t uid, gid_t gid, mode_t mode) {
    EXPECT_EQ(chown(options_.config_file.c_str(), uid, gid), 0);
    EXPECT_EQ(chmod(options_.config_file.c_str(), mode), 0);
    std::string error = load(options_).config_error;
    EXPECT_EQ(check_config(options_), error.empty() ? 0 : 1);
    return error;
  };
  EXPECT_EQ(refused_for(0, 0, 0644), "");
  EXPECT_EQ(refused_for(0, 0, 0660), "");
  EXPECT_EQ(refused_for(0, 4, 0640), "");
  EXPECT_TRUE(contains(refused_for(0, 4, 0660), "written by group adm, who could"));
  EXPECT_TRUE(contains(refused_for(1, 0, 0400), "written by user daemon, who could"));
  const std::string error = refused_for(0, 0, 0646);
  EXPECT_TRUE(contains(error, "written by everybody, who could"));
  EXPECT_TRUE(contains(error, "chmod go-w " + options_.config_file)) << error;
}

TEST_F(Load, BrokenFileWithNoneBeforeIsToldWhole) {
  write_config("[globl]\n[wbe]\n");
  try {
    load(options_);
    FAIL() << "it was taken";
  } catch (const WrongConfig& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("services.toml:1:2: unknown key 'globl'"), std::string::npos) << text;
    EXPECT_NE(text.find("services.toml:2:2: unknown key 'wbe'"), std::string::npos) << text;
  }
}

TEST_F(Load, WhatWasGoodOnceIsTriedAgain) {
  const std::string text =
      "[[services]]\nservice = 'a'\nuser = 'not-up-yet'\nupstream = '/r'\n"
      "dirs = [{ local = '/etc/a', link = 'a' }]\n";
  write_config(text);
  EXPECT_THROW(load(options_), WrongConfig);
  temp_.file("home/services.toml.good", text);
  try {
    load(options_);
    FAIL() << "it was taken";
  } catch (const WrongConfig& error) {
    FAIL() << "nobody would try again after: " << error.what();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("unknown user 'not-up-yet'"), std::string::npos);
  }
}

TEST_F(Load, FileThatWasCutOffLeavesTheOneBeforeInForce) {
  write_config_with_state_in(temp_ / "state");
  come_up();
  write_config("");
  EXPECT_NE(load(options_).config_error, "");
  write_config("[global]\n");
  EXPECT_NE(load(options_).config_error, "");
}

TEST_F(Load, FullDiskHindersNothing) {
  test::make_mounts_private();
  const auto disk = test::mount_disk(temp_.dir("home"));
  test::fill_disk(temp_ / "home");
  write_config_with_state_in(temp_ / "state");
  come_up();
  EXPECT_FALSE(fs::exists(temp_ / "home/services.toml.good"));
}

TEST_F(Load, StateIsForOneAtATime) {
  const Fd lock = lock_state(temp_ / "state/inner");
  EXPECT_THROW(lock_state(temp_ / "state/inner"), Error);
}

TEST_F(Load, StateDirectoryMustBeRootsAlone) {
  fs::permissions(temp_.dir("state"), fs::perms::all);
  EXPECT_THROW(lock_state(temp_ / "state"), Error);
}

}  // namespace
}  // namespace overlayd
