// Files of services' states, some of which cannot be read.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "daemon/store.h"
#include "tests/functional/support/temp_dir.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

class StoreFiles : public testing::Test {
 protected:
  StoreFiles() {
    settings_.state_directory = temp_.path();
    prepare_state_directory(settings_);
  }

  test::TempDir temp_;
  Settings settings_;
  Errors errors_;
};

TEST_F(StoreFiles, AnyNameOfAServiceIsFine) {
  const Store store(settings_);
  for (const char* name : {"web", "web.broken", "web.new", "getty@tty1"})
    store.save(name, {}, Durability::lazy);
  EXPECT_EQ(store.load(errors_).size(), 4U);
}

TEST_F(StoreFiles, WhatMakesNoSenseIsPutAside) {
  temp_.file("state/web", "deployed = {{{");
  temp_.file("journal/web", "JUMP /etc\n");
  const Store store(settings_);
  for (int i = 0; i < 2; i++) {
    EXPECT_TRUE(store.load(errors_).empty());
    EXPECT_TRUE(store.unfinished(errors_).empty());
  }
  EXPECT_TRUE(errors_.empty());
  EXPECT_TRUE(fs::exists(temp_ / "state/.web.broken"));
  EXPECT_TRUE(fs::exists(temp_ / "journal/.web.broken"));
}

// A link that leads to itself fails like a disk that has trouble: with an error of the kernel's.
TEST_F(StoreFiles, WhatCannotBeReadNowIsLeftAsItIs) {
  for (const char* kind : {"state", "journal"})
    fs::create_symlink("web", temp_ / (std::string(kind) + "/web"));
  const Store store(settings_);
  store.save("other", {}, Durability::lazy);
  EXPECT_EQ(store.load(errors_).size(), 1U);
  EXPECT_TRUE(errors_.contains("web"));
  errors_.clear();
  EXPECT_FALSE(store.load("web", errors_));
  EXPECT_TRUE(errors_.contains("web"));
  errors_.clear();
  EXPECT_TRUE(store.unfinished(errors_).empty());
  EXPECT_TRUE(errors_.contains("web"));
  EXPECT_TRUE(fs::is_symlink(temp_ / "state/web"));
  EXPECT_TRUE(fs::is_symlink(temp_ / "journal/web"));
}

TEST_F(StoreFiles, OneServiceIsReadByItself) {
  const Store store(settings_);
  ServiceState state;
  state.deployed.id = "abc";
  store.save("web", state, Durability::lazy);
  EXPECT_EQ(store.load("web", errors_)->deployed.id, "abc");
  EXPECT_EQ(store.load("new", errors_), ServiceState{});
  EXPECT_TRUE(errors_.empty());
}

}  // namespace
}  // namespace overlayd
