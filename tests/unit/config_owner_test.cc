#include "config/owner.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "config/rejected.h"

namespace overlayd::test {
namespace {

// What every Debian has: root 0:0, daemon 1:1, nobody 65534:nogroup, group adm 4.

TEST(Owner, OfANameAndItsPrimaryGroup) {
  EXPECT_EQ(resolve_owner("root", ""), (Owner{0, 0}));
  EXPECT_EQ(resolve_owner("daemon", ""), (Owner{1, 1}));
}

TEST(Owner, OfANameAndAGroup) {
  EXPECT_EQ(resolve_owner("root", "adm"), (Owner{0, 4}));
  EXPECT_EQ(resolve_owner("daemon", "12345"), (Owner{1, 12345}));
}

TEST(Owner, OfANumber) {
  EXPECT_EQ(resolve_owner("1", ""), (Owner{1, 1}));
  EXPECT_EQ(resolve_owner("61234", "4"), (Owner{61234, 4}));
  EXPECT_THROW((void)resolve_owner("61234", ""), Rejected);
}

TEST(Owner, NobodyKnows) {
  for (const auto& [user, group] :
       std::vector<std::pair<std::string, std::string>>{{"xyzzy-xyzzy", ""},
                                                        {"root", "xyzzy-xyzzy"},
                                                        {"", ""},
                                                        {"4294967295", "0"},
                                                        {"root", "4294967295"},
                                                        {"4294967296", "0"},
                                                        {"-1", "0"},
                                                        {"+1", "0"},
                                                        {"root\n", ""},
                                                        {"a/b", ""},
                                                        {"a:b", ""}})
    EXPECT_THROW((void)resolve_owner(user, group), Rejected) << user << ":" << group;
}

TEST(Owner, AMistypedNameHasASuggestion) {
  try {
    (void)resolve_owner("root", "deamon");
    FAIL();
  } catch (const Rejected& rejected) {
    EXPECT_STREQ(rejected.what(), "unknown group 'deamon'");
    EXPECT_EQ(rejected.suggestion(), "daemon");
  }
}

}  // namespace
}  // namespace overlayd::test
