// SPDX-License-Identifier: Apache-2.0
#include "ledger/footprint.h"

#include <gtest/gtest.h>

#include <vector>

namespace carbon::ledger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");
const grid::Series kSignal(kStart, hours(1), {100, 300, grid::Series::kUnknown, 500});

TEST(Footprint, IsPowerTimesTimeTimesMeanIntensity) {
  // 2 kW for an hour, half at 100 and half at 300 g/kWh.
  const auto grams =
      Footprint(kSignal, Interval{kStart + minutes(30), kStart + minutes(90)}, Watts(2000));
  ASSERT_TRUE(grams);
  EXPECT_DOUBLE_EQ(grams->value(), 2 * 200);
}

TEST(Footprint, IsUnknownWhereAnyPartOfTheSignalIs) {
  EXPECT_FALSE(
      Footprint(kSignal, Interval{kStart + hours(1), kStart + hours(2) + Duration(1)}, Watts(1)));
  EXPECT_FALSE(Footprint(kSignal, Interval{kStart - Duration(1), kStart + hours(1)}, Watts(1)));
  EXPECT_FALSE(Footprint(kSignal, Interval{kStart + hours(3), kStart + hours(5)}, Watts(1)));
}

TEST(Footprint, SumsRunsAndIsUnknownWhereOneOfThemIs) {
  const std::vector<Interval> known = {{kStart, kStart + minutes(30)},
                                       {kStart + hours(3), kStart + hours(4)}};
  const auto grams = Footprint(kSignal, known, Watts(1000));
  ASSERT_TRUE(grams);
  EXPECT_DOUBLE_EQ(grams->value(), 50 + 500);
  const std::vector<Interval> partly = {{kStart, kStart + minutes(30)},
                                        {kStart + hours(2), kStart + hours(3)}};
  EXPECT_FALSE(Footprint(kSignal, partly, Watts(1000)));
  EXPECT_EQ(Footprint(kSignal, std::vector<Interval>{}, Watts(1000)), Grams(0));
}

TEST(RunNowFootprint, RunsOnArrivalWithoutAPause) {
  const auto grams = RunNowFootprint(kSignal, kStart + minutes(45), minutes(30), Watts(1000));
  ASSERT_TRUE(grams);
  EXPECT_DOUBLE_EQ(grams->value(), 0.25 * 100 + 0.25 * 300);
}

}  // namespace
}  // namespace carbon::ledger
