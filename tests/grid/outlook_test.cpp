// SPDX-License-Identifier: Apache-2.0
#include "grid/outlook.h"

#include <gtest/gtest.h>

namespace carbon::grid {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr OutlookRules kRules{.error_decay_per_hour = 0.85};

const Time kMidnight = *ParseTime("2021-07-01T00:00:00Z");

ZoneReading Reading() {
  return {.zone = {"DE"},
          .kind = SignalKind::average_lifecycle,
          .source = "test",
          .fetched_at = kMidnight + hours(2),
          .latest = Observation{.at = kMidnight + hours(2), .intensity = GramsPerKwh(300)},
          .forecast = Forecast{kMidnight, Series(kMidnight, hours(1), {500, 400, 200, 200, 100})}};
}

TEST(MakeOutlook, TakesThePresentFromTheObservationAndCarriesItsErrorForward) {
  const auto outlook = MakeOutlook(Reading(), kMidnight + hours(2) + minutes(10), kRules);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->now, GramsPerKwh(300));
  EXPECT_EQ(outlook->rung, Rung::fresh);
  EXPECT_EQ(outlook->issued_at, kMidnight);
  EXPECT_EQ(outlook->expected.start(), kMidnight + hours(2));
  ASSERT_EQ(outlook->expected.size(), 3U);
  EXPECT_DOUBLE_EQ(outlook->expected.Value(0)->value(), 300);
  EXPECT_DOUBLE_EQ(outlook->expected.Value(1)->value(), 200 + 100 * 0.85);
  EXPECT_DOUBLE_EQ(outlook->expected.Value(2)->value(), 100 + 100 * 0.85 * 0.85);
}

TEST(MakeOutlook, NeverExpectsLessThanNothing) {
  ZoneReading reading = Reading();
  reading.latest->intensity = GramsPerKwh(0);
  const auto outlook = MakeOutlook(reading, kMidnight + hours(2), {});
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->expected.Value(2)->value(), 0);
}

TEST(MakeOutlook, FallsBackToTheForecastWhenTheObservationIsOld) {
  const auto outlook = MakeOutlook(Reading(), kMidnight + hours(4), kRules);
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->rung, Rung::cached);
  EXPECT_DOUBLE_EQ(outlook->now.value(), 100 + 100 * 0.85 * 0.85);
}

TEST(MakeOutlook, WithoutAForecastKnowsThePresentOnly) {
  ZoneReading reading = Reading();
  reading.forecast.reset();
  const auto outlook = MakeOutlook(reading, kMidnight + hours(2), {});
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->expected, Series(kMidnight + hours(2), hours(1), {300}));
  EXPECT_FALSE(MakeOutlook(reading, kMidnight + hours(3), {}));
}

TEST(MakeOutlook, LeavesMissingForecastHoursUnknown) {
  ZoneReading reading = Reading();
  reading.forecast->series = Series(kMidnight, hours(1), {500, 400, 200, Series::kUnknown, 100});
  const auto outlook = MakeOutlook(reading, kMidnight + hours(2), {});
  ASSERT_TRUE(outlook);
  EXPECT_FALSE(outlook->expected.Value(1));
  EXPECT_TRUE(outlook->expected.Value(2));
}

TEST(MakeOutlook, SaysWhyThePresentIsUnknown) {
  ZoneReading reading = Reading();
  EXPECT_EQ(MakeOutlook(reading, kMidnight + hours(27), {}).error().message,
            "zone DE: the last reading is 25h old");
  EXPECT_EQ(MakeOutlook(reading, kMidnight + hours(5), {}).error().message,
            "zone DE: neither the observation nor the forecast speaks of 2021-07-01T05:00:00Z");
}

}  // namespace
}  // namespace carbon::grid
