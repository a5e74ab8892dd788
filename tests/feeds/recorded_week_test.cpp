// SPDX-License-Identifier: Apache-2.0
#include "support/recorded_week.h"

#include <gtest/gtest.h>

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Two days stand for the week here; benchmarks/signals_week.cpp runs all seven.
WeekOptions TwoDays() {
  const Time start = *ParseTime("2021-08-02T00:00:00Z");
  return {.start = start,
          .length = hours(48),
          .outage_from = start + hours(10),
          .outage = hours(24),
          .restart = start + hours(40)};
}

TEST(RecordedWeek, TheBoardAnswersThroughFaultsAnOutageAndARestart) {
  const WeekReport report = RecordedWeek(TwoDays()).Run();
  EXPECT_EQ(report.looks, 5U * 48 * 60);
  EXPECT_EQ(report.unknown, 0U);
  EXPECT_EQ(report.unknown_after_restart, 0U) << "the archive knows all zones";
  EXPECT_EQ(report.older_than_rung, 0U);
  EXPECT_EQ(report.zeros, 0U);
  EXPECT_GE(report.Availability(), 0.999);
  EXPECT_EQ(report.leak, "");
  EXPECT_GT(report.rungs.at("cached"), 0U) << "the outage was felt";
  EXPECT_LE(report.recovery, minutes(35)) << "one poll, at its longest back-off";
  EXPECT_GE(report.spoilt.size(), 15U) << "the faults were played";
}

}  // namespace
}  // namespace carbon::feeds
