#include "base/text.h"

#include <gtest/gtest.h>

namespace overlayd::test {
namespace {

using std::chrono::seconds;

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable("grafana/etc é ü 日本 😀"), "grafana/etc é ü 日本 😀");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\rd\x7f"), "a?[31mb?c?d?");
  EXPECT_EQ(printable("a\tb"), "a b");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31m"),
            "a?31m");                                          // CSI as one C1 character
  EXPECT_EQ(printable("a\u202egnp\u202c.exe"), "a?gnp?.exe");  // bidirectional controls
  EXPECT_EQ(printable("a\nb\r\n", 100, true), "a\nb?\n");
}

TEST(Printable, ReplacesInvalidUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a?b");
  EXPECT_EQ(printable("\xc0\xaf"), "??");            // overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(printable("a\xe2\x82"), "a??");          // cut short
  EXPECT_EQ(printable("\xe0\x80\xaf"), "???");
}

TEST(Printable, CutsAtACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdef", 5), "abcde…");
  EXPECT_EQ(printable("ééé", 5), "éé…");
}

TEST(RefNames, OptionsPatternsAndTricksAreNone) {
  for (const char* name : {"main", "feature/x", "v1.0", "a-b"})
    EXPECT_TRUE(is_ref_name(name)) << name;
  for (const char* name :
       {"",     "-x",  "..", "a..b", "a/../b", ".a", "a/.b", "a.lock", "a.lock/b", "/a", "a/",
        "a//b", "a b", "a*", "a:b",  "a~1",    "a^", "@",    "a@{1}",  "a\nb",     "a."})
    EXPECT_FALSE(is_ref_name(name)) << name;
}

TEST(Trim, TakesSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(SplitAndJoin, AreInverse) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
  for (const std::string text : {"a,b", "", ",", "a,,b,"})
    EXPECT_EQ(join(split(text, ','), ","), text);
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({"", "", "a"}, "-"), "--a");
}

TEST(Nearest, FindsATypingMistake) {
  const std::vector<std::string> words = {"service", "services", "branch", "link", "local"};
  EXPECT_EQ(nearest("servcie", words), "service");
  EXPECT_EQ(nearest("service", words), "service");
  EXPECT_EQ(nearest("brnch", words), "branch");
  EXPECT_EQ(nearest("lonk", words), "link");
  EXPECT_EQ(nearest("lnik", words), "link");
}

TEST(Nearest, DoesNotGuess) {
  EXPECT_EQ(nearest("zebra", {"service", "branch"}), std::nullopt);
  EXPECT_EQ(nearest("x", {"y", "z"}), std::nullopt);
  EXPECT_EQ(nearest("", {"a"}), std::nullopt);
  EXPECT_EQ(nearest("abc", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(10000, 'a'), {std::string(10000, 'a')}), std::nullopt);
}

TEST(DidYouMean, ReadsOnInASentence) {
  EXPECT_EQ(did_you_mean("restrat", {"reload", "restart"}), " (did you mean 'restart'?)");
  EXPECT_EQ(did_you_mean("zebra", {"reload", "restart"}), "");
}

TEST(ParseDuration, TakesUnitsAndBareSeconds) {
  EXPECT_EQ(parse_duration("90s"), seconds(90));
  EXPECT_EQ(parse_duration("90"), std::nullopt);
  EXPECT_EQ(parse_duration("1h30"), std::nullopt);
  EXPECT_EQ(parse_duration("1m"), seconds(60));
  EXPECT_EQ(parse_duration("2h"), seconds(7200));
  EXPECT_EQ(parse_duration("1h30m"), seconds(5400));
  EXPECT_EQ(parse_duration("1h 30m"), seconds(5400));
  EXPECT_EQ(parse_duration(" 3d "), seconds(259200));
  EXPECT_EQ(parse_duration("1w"), seconds(604800));
  EXPECT_EQ(parse_duration("0s"), seconds(0));
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const std::string text :
       {"", " ", "s", "m1", "-1s", "+1s", "1.5h", "1 y", "1y", "soon", "1ms",
        "99999999999999999999", "-99999999999999999999s", "99999999999999999999s1x"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  EXPECT_EQ(parse_duration("36525d"), longest_duration);
  for (const std::string text :
       {"99999999999999999999s", "9223372036854775807w", "4000000000s", "36525d1s", "1s36525d"})
    EXPECT_EQ(parse_duration(text), seconds::max()) << text;
}

TEST(FormatDuration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(format_duration(seconds(0)), "0s");
  EXPECT_EQ(format_duration(seconds(-5)), "0s");
  EXPECT_EQ(format_duration(seconds(45)), "45s");
  EXPECT_EQ(format_duration(seconds(200)), "3m 20s");
  EXPECT_EQ(format_duration(seconds(7200)), "2h");
  EXPECT_EQ(format_duration(seconds(7201)), "2h");
  EXPECT_EQ(format_duration(seconds(349200)), "4d 1h");
  EXPECT_EQ(format_duration(seconds(604800)), "1w");
  EXPECT_EQ(format_duration(seconds(31'557'600)), "1y");
  EXPECT_EQ(format_duration(seconds(36500 * 86400LL)), "99y 48w");
}

}  // namespace
}  // namespace overlayd::test
