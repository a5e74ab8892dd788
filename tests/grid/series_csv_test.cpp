// SPDX-License-Identifier: Apache-2.0
#include "grid/series_csv.h"

#include <gtest/gtest.h>

namespace carbon::grid {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

TEST(ParseSeriesCsv, ReadsRowsAndLeavesGapsUnknown) {
  const auto series = ParseSeriesCsv(
      "time,g_per_kwh\n"
      "2021-07-01T00:00Z,100\n"
      "2021-07-01T01:00Z,\n"
      "2021-07-01T02:00Z,0\n"
      "2021-07-01T04:00Z,50.5\n",
      "x.csv");
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_EQ(*series, Series(kStart, hours(1), {100, Series::kUnknown, 0, Series::kUnknown, 50.5}));
}

TEST(ParseSeriesCsv, TakesTheStepFromTheRows) {
  const auto series = ParseSeriesCsv(
      "g_per_kwh,time\n1,2021-07-01T00:00Z\n2,2021-07-01T00:05Z\n3,2021-07-01T00:15Z\n", "x.csv");
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_EQ(*series, Series(kStart, minutes(5), {1, 2, Series::kUnknown, 3}));
}

TEST(ParseSeriesCsv, NamesFileAndLineOfWhatIsWrong) {
  struct Case {
    const char* rows;
    const char* want;
  };
  const Case cases[] = {
      {"", "x.csv: no rows below the header"},
      {"2021-07-01T00:00Z,-1\n", "x.csv:2: g_per_kwh '-1' is not a number >= 0"},
      {"2021-07-01T00:00Z,nan\n", "x.csv:2: g_per_kwh 'nan' is not a number >= 0"},
      {"2021-07-01T00:00Z,1e999\n", "x.csv:2: g_per_kwh '1e999' is not a number >= 0"},
      {"2021-07-01 00:00,1\n", "x.csv:2: '2021-07-01 00:00' is not an RFC 3339 time"},
      {"2021-07-01T00:00Z,1\n2021-07-01T00:00Z,1\n", "x.csv:3: time stands twice"},
      {"2021-07-01T01:00Z,1\n2021-07-01T00:00Z,1\n", "x.csv:3: time is before the row above it"},
      {"2021-07-01T00:00Z,1\n2021-07-01T01:00Z,1\n2021-07-01T02:30Z,1\n",
       "x.csv:4: time is off the file's raster of 1h"},
      {"1971-07-01T00:00:00Z,1\n1971-07-01T00:00:01Z,1\n2021-07-01T00:00:00Z,1\n",
       "x.csv:2: more than 20 million steps"},
  };
  for (const Case& c : cases) {
    const auto series = ParseSeriesCsv(std::string("time,g_per_kwh\n") + c.rows, "x.csv");
    ASSERT_FALSE(series) << c.rows;
    EXPECT_TRUE(series.error().message.starts_with(c.want)) << series.error().message;
    EXPECT_EQ(series.error().kind, Error::Kind::invalid);
  }
}

TEST(ParseForecastCsv, GroupsRowsByIssue) {
  const auto forecasts = ParseForecastCsv(
      "issued_at,time,g_per_kwh\n"
      "2021-07-01T00:00Z,2021-07-01T00:00Z,1\n"
      "2021-07-01T00:00Z,2021-07-01T01:00Z,2\n"
      "2021-07-02T00:00Z,2021-07-01T01:00Z,3\n",
      "f.csv");
  ASSERT_TRUE(forecasts) << forecasts.error().message;
  ASSERT_EQ(forecasts->size(), 2U);
  EXPECT_EQ((*forecasts)[0].series, Series(kStart, hours(1), {1, 2}));
  EXPECT_EQ((*forecasts)[1].issued_at, kStart + hours(24));
  EXPECT_EQ((*forecasts)[1].series, Series(kStart + hours(1), hours(1), {3}));
}

TEST(ParseForecastCsv, RefusesIssuesOutOfOrder) {
  const auto forecasts = ParseForecastCsv(
      "issued_at,time,g_per_kwh\n"
      "2021-07-02T00:00Z,2021-07-01T00:00Z,1\n"
      "2021-07-01T00:00Z,2021-07-01T01:00Z,2\n",
      "f.csv");
  ASSERT_FALSE(forecasts);
  EXPECT_EQ(forecasts.error().message, "f.csv:3: issued_at is before the row above it");
}

}  // namespace
}  // namespace carbon::grid
