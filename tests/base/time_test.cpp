// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace carbon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseTime, ReadsRfc3339) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"2021-07-01T00:00:00Z", "2021-07-01T00:00:00Z"},
      {"2021-07-01T00:00Z", "2021-07-01T00:00:00Z"},
      {"2021-07-01 00:00:00+00:00", "2021-07-01T00:00:00Z"},
      {"2021-07-01T02:00:00+02:00", "2021-07-01T00:00:00Z"},
      {"2021-06-30T19:30:00-0430", "2021-07-01T00:00:00Z"},
      {"2024-02-29t23:59:59.5z", "2024-02-29T23:59:59.500Z"},
      {"2026-08-22T17:00:00.123456789Z", "2026-08-22T17:00:00.123Z"},
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
  };
  for (const Case& c : cases) {
    const auto time = ParseTime(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(FormatTime(*time), c.want) << c.text;
  }
}

TEST(ParseTime, RefusesWhatIsNotOneTime) {
  for (const char* text : {"", "now", "2021-07-01", "2021-07-01T00:00:00", "2021-13-01T00:00:00Z",
                           "2021-02-29T00:00:00Z", "2021-07-01T24:00:00Z", "2021-07-01T00:60:00Z",
                           "2021-07-01T00:00:00.Z", "2021-07-01T00:00:00Z ", "21-07-01T00:00:00Z",
                           "1969-12-31T23:59:59Z", "2021-07-01T00:00:00+9"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(ParseTime, SaysWhatItGotAndWhatItWants) {
  EXPECT_EQ(ParseTime("tomorrow\n").error().message,
            "'tomorrow?' is not an RFC 3339 time with an offset, such as 2021-07-01T00:00:00Z");
}

TEST(ParseDuration, ReadsGosForm) {
  EXPECT_EQ(*ParseDuration("1h30m"), Duration(minutes(90)));
  EXPECT_EQ(*ParseDuration("90s"), Duration(seconds(90)));
  EXPECT_EQ(*ParseDuration("250ms"), Duration(250));
  EXPECT_EQ(*ParseDuration("1.5h"), Duration(minutes(90)));
  EXPECT_EQ(*ParseDuration("2d"), Duration(hours(48)));
  EXPECT_EQ(*ParseDuration("0s"), Duration(0));
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text :
       {"", "1", "h", "-1h", "1h-", "1 h", "1w", "9e9h", "1..5h", "nanh", "99999999d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(FormatDuration, IsReadBackAsTheSame) {
  for (const int64_t ms : {0L, 1L, 999L, 1000L, 61'000L, 5'400'000L, 100'000'001L}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(Duration(ms))), Duration(ms));
  }
  EXPECT_EQ(FormatDuration(-Duration(minutes(90))), "-1h30m");
  EXPECT_EQ(*ParseDuration(FormatDuration(kLongestDuration)), kLongestDuration);
  EXPECT_FALSE(ParseDuration(FormatDuration(kLongestDuration + Duration(1))));
}

TEST(FormatInSeconds, LeavesNoMilliseconds) {
  EXPECT_EQ(FormatInSeconds(Duration(90'499)), "1m30s");
  EXPECT_EQ(FormatInSeconds(Duration(90'501)), "1m31s");
  EXPECT_EQ(FormatInSeconds(Duration(-1'600)), "-2s");
  EXPECT_EQ(FormatInSeconds(Duration(400)), "0s");
}

TEST(FloorTo, KeepsBoundariesAndWorksBefore1970) {
  const Time t = *ParseTime("2021-07-01T03:20:00Z");
  EXPECT_EQ(FormatTime(FloorTo(t, hours(1))), "2021-07-01T03:00:00Z");
  EXPECT_EQ(FormatTime(CeilTo(t, hours(1))), "2021-07-01T04:00:00Z");
  EXPECT_EQ(CeilTo(FloorTo(t, hours(1)), hours(1)), FloorTo(t, hours(1)));
  EXPECT_EQ(FloorTo(Time(-minutes(1)), hours(1)), Time(-hours(1)));
}

TEST(FormatClock, NamesTheDayOnlyWhereItDiffers) {
  const Time now = *ParseTime("2021-07-01T03:20:00Z");
  EXPECT_EQ(FormatClock(*ParseTime("2021-07-01T11:00:00Z"), now), "11:00");
  EXPECT_EQ(FormatClock(*ParseTime("2021-07-02T01:00:00Z"), now), "Jul 02 01:00");
}

}  // namespace
}  // namespace carbon
