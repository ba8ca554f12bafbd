#include "config/machine.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/host.h"
#include "config/rejected.h"

namespace overlayd::test {
namespace {

const Host host = {.name = "Grafana.atoom.net",
                   .addresses = {"192.0.2.7", "10.1.2.3", "2001:db8:0:1::7", "fe80::1"}};

TEST(Machine, MeansThisOne) {
  for (const std::string entry : {"grafana.atoom.net",
                                  "grafana",
                                  "GRAFANA",
                                  "grafana.atoom.net.",
                                  "*",
                                  "graf*",
                                  "*.atoom.net",
                                  "grafan?",
                                  "graf[a-b]na",
                                  "[!x]rafana",
                                  "192.0.2.7",
                                  "2001:db8:0:1::7",
                                  "2001:DB8:0:1:0::7",
                                  "192.0.2.0/24",
                                  "192.0.2.7/32",
                                  "10.0.0.0/8",
                                  "10.1.2.0/24",
                                  "graf[]a]na",
                                  "graf[a-]na",
                                  "graf[a-Z]na",
                                  "graf[^-]na",
                                  "0.0.0.0/0",
                                  "::/0",
                                  "2001:db8:0:1::/64",
                                  "2001:db8::/47",
                                  "2001:db8:0:1::7/128"})
    EXPECT_TRUE(matches(entry, host)) << entry;
}

TEST(Machine, MeansAnotherOne) {
  for (const std::string entry :
       {"prometheus", "graf", "grafana.atoom", "grafana.other.net", "atoom.net", "graf?", "*.other",
        "192.0.2.8", "192.0.2.0/30", "11.0.0.0/8", "2001:db8:0:1::8", "2001:db8:0:2::/64",
        "2001:db8:0:1::8/128", "::ffff:192.0.2.7", "127.0.0.1", "::1"})
    EXPECT_FALSE(matches(entry, host)) << entry;
}

TEST(Machine, IsNotWellFormed) {
  for (const std::string entry : {"",
                                  "a b",
                                  "grafana!",
                                  "192.0.2.256",
                                  "192.0.2",
                                  "1.2.3.4.5",
                                  "192.0.2.0/33",
                                  "192.0.2.0/",
                                  "192.0.2.0/-1",
                                  "192.0.2.0/x",
                                  "192.0.2/24",
                                  "2001:db8::/129",
                                  "2001:db8",
                                  "gra:fana",
                                  "web/24",
                                  "/24",
                                  "a*/b",
                                  "* *",
                                  "a\nb",
                                  "192.0.2.0/24x"})
    EXPECT_THROW((void)matches(entry, host), Rejected) << entry;
}

// What refuses `entry` says, and suggests.
std::string refusal(const std::string& entry) {
  try {
    (void)matches(entry, host);
    return "";
  } catch (const Rejected& rejected) {
    return rejected.what() + (rejected.suggestion().empty() ? "" : "|" + rejected.suggestion());
  }
}

TEST(Machine, IsABlockWithoutTheBitsOfAHost) {
  const std::string reason = "' is an address in a block, not a block|";
  EXPECT_EQ(refusal("10.0.0.5/24"), "'10.0.0.5/24" + reason + "10.0.0.0/24");
  EXPECT_EQ(refusal("10.1.2.3/31"), "'10.1.2.3/31" + reason + "10.1.2.2/31");
  EXPECT_EQ(refusal("10.1.2.3/0"), "'10.1.2.3/0" + reason + "0.0.0.0/0");
  EXPECT_EQ(refusal("10.255.0.0/9"), "'10.255.0.0/9" + reason + "10.128.0.0/9");
  EXPECT_EQ(refusal("2001:db8::7/64"), "'2001:db8::7/64" + reason + "2001:db8::/64");
}

TEST(Machine, IsAGlobThatCanMatch) {
  for (const std::string glob : {"web[1", "web[", "web[!", "web[]", "web[!]", "web[^]", "*[a-z"})
    EXPECT_EQ(refusal(glob), "'" + glob + "' is no glob: it has a '[' without a ']'");
  for (const std::string glob : {"web1]", "*]", "web[1]]"})
    EXPECT_EQ(refusal(glob), "'" + glob + "' is no glob: it has a ']' without a '['");
  EXPECT_EQ(refusal("web[9-0]"), "'web[9-0]' is no glob: there is nothing from '9' to '0'");
}

TEST(Machine, AHostThatKnowsItsShortNameOnly) {
  const Host bare = {.name = "grafana", .addresses = {}};
  EXPECT_TRUE(matches("grafana", bare));
  EXPECT_FALSE(matches("grafana.atoom.net", bare));
  EXPECT_FALSE(matches("0.0.0.0/0", bare));
}

TEST(FullName, ComesFromTheHostsFile) {
  constexpr const char* hosts =
      "127.0.0.1\tlocalhost\n"
      "# 10.0.0.9 grafana.wrong.net grafana\n"
      "127.0.1.1  grafana.atoom.net grafana # grafana.comment.net\n"
      "::1 localhost ip6-localhost\n";
  EXPECT_EQ(full_name("grafana", hosts), "grafana.atoom.net");
  EXPECT_EQ(full_name("localhost", hosts), "localhost");
  EXPECT_EQ(full_name("other", hosts), "other");
  EXPECT_EQ(full_name("graf", hosts), "graf");
  EXPECT_EQ(full_name("already.full.net", hosts), "already.full.net");
  EXPECT_EQ(full_name("grafana", ""), "grafana");
}

TEST(ThisHost, HasANameAndNoLoopbackAddress) {
  const auto self = this_host();
  EXPECT_FALSE(self.name.empty());
  for (const auto& address : self.addresses) {
    EXPECT_NE(address, "127.0.0.1");
    EXPECT_NE(address, "::1");
    EXPECT_TRUE(matches(address, self)) << address;
  }
}

}  // namespace
}  // namespace overlayd::test
