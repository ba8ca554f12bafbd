// Files of services' states, some of which cannot be read.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "daemon/state/store.h"
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
};

TEST_F(StoreFiles, AnyNameOfAServiceIsFine) {
  const Store store(settings_);
  for (const char* name : {"web", "web.broken", "web.new", "getty@tty1"})
    store.save(name, {}, Durability::lazy);
  EXPECT_EQ(store.load().size(), 4U);
}

// To go on without would forget a freeze, and what is in place.
TEST_F(StoreFiles, WhatMakesNoSenseIsLeftAsItIs) {
  temp_.file("state/web", "deployed = {{{");
  temp_.file("journal/app", "JUMP /etc\n");
  const Store store(settings_);
  Memory memory = store.load();
  EXPECT_NE(memory["web"].unreadable.find("its state makes no sense"), std::string::npos);
  EXPECT_NE(memory["app"].unreadable.find("its journal makes no sense"), std::string::npos);
  EXPECT_TRUE(fs::exists(temp_ / "state/web"));
  EXPECT_TRUE(fs::exists(temp_ / "journal/app"));
}

// A link that leads to itself fails like a disk that has trouble: with an error of the kernel's.
TEST_F(StoreFiles, WhatCannotBeReadNowIsLeftAsItIs) {
  for (const char* kind : {"state", "journal"})
    fs::create_symlink(kind, temp_ / fmt::format("{0}/{0}", kind));
  const Store store(settings_);
  store.save("other", {}, Durability::lazy);
  Memory memory = store.load();
  EXPECT_EQ(memory.size(), 3U);
  EXPECT_EQ(memory["other"].unreadable, "");
  for (const std::string kind : {"state", "journal"}) {
    EXPECT_NE(memory[kind].unreadable.find("its " + kind + " cannot be read now"),
              std::string::npos);
    EXPECT_TRUE(fs::is_symlink(temp_ / fmt::format("{0}/{0}", kind)));
  }
}

TEST_F(StoreFiles, OneServiceIsReadByItself) {
  const Store store(settings_);
  ServiceState state;
  state.deployed.id = "abc";
  store.save("web", state, Durability::lazy);
  EXPECT_EQ(store.load("web").state.deployed.id, "abc");
  EXPECT_EQ(store.load("new").state, ServiceState{});
  EXPECT_EQ(store.load("new").unreadable, "");
}

}  // namespace
}  // namespace overlayd
