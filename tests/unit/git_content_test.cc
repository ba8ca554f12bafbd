#include <gtest/gtest.h>

#include "git/read/content_rules.h"

namespace overlayd::git {
namespace {

TEST(Names, OrdinaryOnesAreTaken) {
  for (const char* name :
       {"a", ".hidden", "a b", "-rf", "gitignore", ".github", "caf\xc3\xa9", "..."})
    EXPECT_EQ(fault_of_name(name), "") << name;
}

TEST(Names, WhatCouldHarmIsRefused) {
  for (const char* name : {"", ".", "..", ".git", ".GIT", "a/b", "/", "a\nb", "\x1b[0m", "\x7f"})
    EXPECT_NE(fault_of_name(name), "") << name;
  EXPECT_NE(fault_of_name(std::string(256, 'a')), "");
  EXPECT_NE(fault_of_name(std::string_view("a\0b", 3)), "");
}

TEST(Links, RelativeOnesMayClimbToTheRootAndNoFurther) {
  EXPECT_TRUE(stays_inside("file", 0, {}));
  EXPECT_TRUE(stays_inside("../file", 1, {}));
  EXPECT_TRUE(stays_inside("../../a/b", 2, {}));
  EXPECT_TRUE(stays_inside("./../file", 1, {}));
  EXPECT_FALSE(stays_inside("../file", 0, {}));
  EXPECT_FALSE(stays_inside("../../../a", 2, {}));
  EXPECT_FALSE(stays_inside("", 0, {}));
}

TEST(Links, ClimbingAfterADescentIsRefused) {
  EXPECT_FALSE(stays_inside("a/..", 5, {}));
  EXPECT_FALSE(stays_inside("../a/../b", 5, {}));
}

TEST(Links, AbsoluteOnesLeadToAnOverlay) {
  const std::vector<std::string> locals{"/etc/app", "/srv/www"};
  EXPECT_TRUE(stays_inside("/etc/app", 0, locals));
  EXPECT_TRUE(stays_inside("/srv//www/./x", 0, locals));
  EXPECT_FALSE(stays_inside("/etc/apple", 0, locals));
  EXPECT_FALSE(stays_inside("/etc/app/../shadow", 0, locals));
  EXPECT_FALSE(stays_inside("/../etc/app", 0, locals));
  EXPECT_FALSE(stays_inside("/", 0, locals));
  EXPECT_FALSE(stays_inside("/etc/app", 0, {}));
}

TEST(Lfs, APointerIsTold) {
  EXPECT_TRUE(is_lfs_pointer("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"));
  EXPECT_FALSE(is_lfs_pointer("# version https://git-lfs.github.com/spec/v1\n"));
  EXPECT_FALSE(
      is_lfs_pointer("version https://git-lfs.github.com/spec/v1\n" + std::string(2000, 'x')));
}

}  // namespace
}  // namespace overlayd::git
