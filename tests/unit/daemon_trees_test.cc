#include <gtest/gtest.h>

#include "daemon/trees/trees.h"

namespace overlayd {
namespace {

const git::Oid oid(40, 'a');
constexpr const char* url = "https://example.org/site.git";

TEST(TreeName, SaysAllThatTellsTreesApart) {
  const auto name = tree_name(oid, git::EntryKind::directory, url, {});
  EXPECT_NE(name, tree_name(git::Oid(40, 'b'), git::EntryKind::directory, url, {}));
  EXPECT_NE(name, tree_name(oid, git::EntryKind::directory, url, {.uid = 1}));
  EXPECT_NE(name, tree_name(oid, git::EntryKind::directory, url, {.gid = 1}));
  EXPECT_NE(name, tree_name(oid, git::EntryKind::directory, url, {.umask = 0027}));
  EXPECT_NE(name, tree_name(oid, git::EntryKind::executable, url, {}));
  EXPECT_EQ(name, tree_name(oid, git::EntryKind::directory, url, {}));
  EXPECT_EQ(name.substr(0, name.find('-')), oid);
}

TEST(TreeName, NoUpstreamCanTakeThatOfAnother) {
  EXPECT_NE(tree_name(oid, git::EntryKind::directory, url, {}),
            tree_name(oid, git::EntryKind::directory, "https://example.org/other.git", {}));
}

}  // namespace
}  // namespace overlayd
