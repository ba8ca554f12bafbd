// Widths, tables and times: how overlayctl lays out what it shows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "base/clock.h"
#include "ctl/table.h"
#include "ctl/times.h"
#include "ctl/width.h"

namespace overlayd::ctl {
namespace {

using Lines = std::vector<std::string>;

TEST(CtlWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("main"), 4U);
  EXPECT_EQ(display_width("größer"), 6U);
  EXPECT_EQ(display_width("修正"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);  // a combining accent
  EXPECT_EQ(display_width("→…✓"), 3U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(CtlWidth, CutsAtACharacterAndSaysSo) {
  EXPECT_EQ(cut_to_width("grafana", 7), "grafana");
  EXPECT_EQ(cut_to_width("grafana", 6), "grafa…");
  EXPECT_EQ(cut_to_width("修正修正", 6), "修正…");
  EXPECT_EQ(cut_to_width("grafana", 1), "…");
  EXPECT_EQ(cut_to_width("grafana", 0), "");
}

TEST(CtlWidth, WrapsBetweenWords) {
  EXPECT_EQ(wrap("cannot fetch the branch", 12), (Lines{"cannot fetch", "the branch"}));
  EXPECT_EQ(wrap("cannot  fetch", 8), (Lines{"cannot", "fetch"}));
  EXPECT_EQ(wrap("/a/very/long/path", 8), (Lines{"/a/very/", "long/pat", "h"}));
  EXPECT_EQ(wrap("  indented line", 10), (Lines{"  indented", "line"}));
}

TEST(CtlWidth, KeepsLineEnds) {
  EXPECT_EQ(wrap("one\ntwo words", 0), (Lines{"one", "two words"}));
  EXPECT_EQ(wrap("one\ntwo words", 4), (Lines{"one", "two", "word", "s"}));
}

Table sample() {
  Table table({{""}, {"NAME"}, {"EMPTY"}, {"SUBJECT", true}});
  table.add_row({{"✓", Colour::green}, {"grafana"}, {""}, {"Raise the dashboard limit"}});
  table.add_row({{"✗"}, {"数据库"}, {""}, {""}});
  table.add_note({"cannot fetch"});
  return table;
}

TEST(CtlTable, AlignsByWidthAndLeavesOutEmptyColumns) {
  EXPECT_EQ(sample().render({}),
            "   NAME     SUBJECT\n"
            "✓  grafana  Raise the dashboard limit\n"
            "✗  数据库\n"
            "   cannot fetch\n");
}

TEST(CtlTable, GivesWayInElasticColumns) {
  EXPECT_EQ(sample().render({.width = 24}),
            "   NAME     SUBJECT\n"
            "✓  grafana  Raise the d…\n"
            "✗  数据库\n"
            "   cannot fetch\n");
}

TEST(CtlTable, PaintsTextsNotTheSpacesBetween) {
  Table table({{""}, {""}});
  table.add_row({{"a", Colour::red}, {"b"}});
  table.add_row({{"long"}, {"c", Colour::bold}});
  EXPECT_EQ(table.render({.colours = true}),
            "\033[31ma\033[0m     b\n"
            "long  \033[1mc\033[0m\n");
}

TEST(CtlTimes, AreRelativeToNow) {
  EXPECT_EQ(relative_time(0, 1000), "never");
  EXPECT_EQ(relative_time(1000, 1000), "just now");
  EXPECT_EQ(relative_time(955, 1000), "45s ago");
  EXPECT_EQ(relative_time(1000, 1190), "3m ago");
  EXPECT_EQ(relative_time(1000, 1000 + 4859), "1h 20m ago");
  EXPECT_EQ(relative_time(1000 + 4859, 1000), "in 1h 20m");
  EXPECT_EQ(relative_time(1000 + 36500 * 86400LL, 1000), "in 99y 48w");
}

TEST(CtlTimes, AreShownInTheLocalZone) {
  setenv("TZ", "UTC-2", 1);  // east of Greenwich, as POSIX has it
  tzset();
  EXPECT_EQ(clock_time(1772370000), "2026-03-01 15:00");
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(clock_time(1772370000), "2026-03-01 13:00");
}

}  // namespace
}  // namespace overlayd::ctl
