#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "daemon/service/restore.h"
#include "daemon/state/record.h"
#include "daemon/steps/inventory.h"

namespace overlayd {
namespace {

namespace fs = std::filesystem;

const Plan plan{
    {.kind = OpKind::make, .step = {StepKind::directory, "/srv/none", "", ""}, .before = {}}};

class Records : public testing::Test {
 public:
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

 protected:
  Records() {
    for (const auto& folder : {settings_.states(), settings_.journals()})
      fs::create_directories(folder);
  }
  ~Records() override { fs::remove_all(folder_); }

  // A folder in the state file's way is what a full disk is: root writes anywhere else.
  void hinder() { fs::create_directories(settings_.states() + "/web/x"); }
  void let() { fs::remove_all(settings_.states() + "/web"); }
  bool has_journal() const { return fs::exists(settings_.journals() + "/web"); }

  std::string folder_ = [] {
    std::string name = fs::temp_directory_path() / "record-XXXXXX";
    return std::string(mkdtemp(name.data()));
  }();
  Settings settings_{.state_directory = folder_, .program_directory = ""};
};

TEST_F(Records, WhatCannotBeSavedIsSavedLater) {
  const Store store(settings_);
  Record record(store, "web", {});
  hinder();
  record.state().deployed.id = "abc";
  record.save(Durability::lazy);
  EXPECT_NE("", record.error());
  record.save_again();
  EXPECT_NE("", record.error());
  let();
  record.save_again();
  EXPECT_EQ("", record.error());
  EXPECT_EQ("abc", store.load("web").state.deployed.id);
}

TEST_F(Records, TheJournalStaysUntilTheStateIsSaved) {
  const Store store(settings_);
  Record record(store, "web", {});
  record.begin(plan);
  EXPECT_TRUE(record.open());
  hinder();
  record.save(Durability::now);
  record.seal();
  EXPECT_FALSE(record.open());
  EXPECT_TRUE(has_journal());
  let();
  record.save_again();
  EXPECT_FALSE(has_journal());
}

TEST_F(Records, ALateSaveDoesNotSealAPlanThatIsUnderWay) {
  const Store store(settings_);
  Record record(store, "web", {});
  record.begin(plan);
  hinder();
  record.save(Durability::now);
  let();
  record.save_again();
  EXPECT_TRUE(has_journal());
  record.seal();
  EXPECT_FALSE(has_journal());
}

TEST_F(Records, NoPlanIsBegunFromAStateThatIsNotOnTheDisk) {
  const Store store(settings_);
  Record record(store, "web", {});
  hinder();
  record.save(Durability::now);
  EXPECT_THROW(record.begin(plan), Error);
  let();
  record.begin(plan);
  EXPECT_EQ("", record.error());
  EXPECT_TRUE(has_journal());
}

Step step(StepKind kind, const std::string& path) { return {kind, path, "tree", ""}; }

TEST(InventoryTest, WhatMovedToAnotherServiceIsThatOnes) {
  const TreeStore trees("/nowhere");
  Inventory inventory(trees);
  const Step mount = step(StepKind::mount, "/srv/moved");
  inventory.set("a", {mount});
  EXPECT_FALSE(inventory.machine("a").is_of_another(mount));
  inventory.set("b", {mount});
  EXPECT_TRUE(inventory.machine("a").is_of_another(mount));
  EXPECT_FALSE(inventory.machine("b").is_of_another(mount));
  inventory.set("a", {});
  EXPECT_FALSE(inventory.machine("b").is_of_another(mount));
  ASSERT_EQ(1U, inventory.machine("b").overlays_below("/srv").size());
  ASSERT_EQ(1U, inventory.machine("b").overlays_below("/").size());
}

TEST(InventoryTest, WhoSaysNothingNewTakesNothingFromAnother) {
  const TreeStore trees("/nowhere");
  Inventory inventory(trees);
  const Step mount = step(StepKind::mount, "/srv/moved");
  inventory.set("a", {mount});
  inventory.set("b", {mount});
  inventory.set("a", {mount});
  EXPECT_TRUE(inventory.machine("a").is_of_another(mount));
  EXPECT_TRUE(missing({mount}, inventory.machine("a")).empty());
  EXPECT_EQ(1U, missing({mount}, inventory.machine("b")).size());
  inventory.set("b", {});
  EXPECT_TRUE(inventory.machine("b").is_of_another(mount)) << "again";
  EXPECT_EQ(1U, inventory.machine("a").overlays_below("/srv").size());
}

TEST(InventoryTest, APlaceThatTwoServicesMadeIsOfAnotherForBoth) {
  const TreeStore trees("/nowhere");
  Inventory inventory(trees);
  const Step place = step(StepKind::directory, "/srv/shared");
  inventory.set("a", {place});
  EXPECT_FALSE(inventory.machine("a").is_of_another(place));
  inventory.set("b", {place});
  EXPECT_TRUE(inventory.machine("a").is_of_another(place));
  EXPECT_TRUE(inventory.machine("b").is_of_another(place));
  inventory.set("a", {});
  EXPECT_FALSE(inventory.machine("b").is_of_another(place));
}

TEST(InventoryTest, WhatStoodInsideAnOverlayThatWentIsDisturbed) {
  const TreeStore trees("/nowhere");
  Inventory inventory(trees);
  inventory.set("a", {step(StepKind::mount, "/srv/a")});
  inventory.set("inside", {step(StepKind::mount, "/srv/a/b")});
  inventory.set("beside", {step(StepKind::mount, "/srv/ab")});
  const Plan removal{{.kind = OpKind::undo, .step = step(StepKind::mount, "/srv/a"), .before = {}}};
  EXPECT_EQ(std::set<std::string>{"inside"}, inventory.disturbed("a", removal));
}

TEST(InventoryTest, WhoIsAroundAnOverlayThatWentMayHaveWaitedForThat) {
  const TreeStore trees("/nowhere");
  Inventory inventory(trees);
  inventory.set("around", {step(StepKind::mount, "/srv/a")});
  inventory.set("b", {step(StepKind::mount, "/srv/a/b/c")});
  Plan removal{{.kind = OpKind::undo, .step = step(StepKind::mount, "/srv/a/b/c"), .before = {}}};
  EXPECT_EQ(std::set<std::string>{"around"}, inventory.disturbed("b", removal));
  removal.front().kind = OpKind::make;
  EXPECT_TRUE(inventory.disturbed("b", removal).empty());
}

}  // namespace
}  // namespace overlayd
