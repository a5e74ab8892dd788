// SPDX-License-Identifier: Apache-2.0
#include "plan/best_start.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

TEST(BestStart, TakesTheEarliestOfEqualStarts) {
  const grid::Series flat(kStart, hours(1), std::vector<double>(24, 100));
  const auto best = BestStart(flat, kStart + minutes(17), kStart + hours(9), minutes(40));
  ASSERT_TRUE(best);
  EXPECT_EQ(best->start, kStart + minutes(17));
}

TEST(BestStart, EndsARunAtAStepWhereThatIsCleanest) {
  const grid::Series series(kStart, hours(1), {300, 100, 100, 900});
  const auto best = BestStart(series, kStart, kStart + hours(2), minutes(150));
  ASSERT_TRUE(best);
  EXPECT_EQ(best->start, kStart + minutes(30));
}

TEST(BestStart, LeavesOutRunsThatTouchTheUnknown) {
  const grid::Series series(kStart, hours(1), {300, grid::Series::kUnknown, 1, 500, 400});
  const auto best = BestStart(series, kStart, kStart + hours(4), minutes(90));
  ASSERT_TRUE(best);
  EXPECT_EQ(best->start, kStart + hours(2));
  EXPECT_FALSE(BestStart(series, kStart, kStart + minutes(45), minutes(30 + 45)));
  EXPECT_FALSE(BestStart(series, kStart + hours(9), kStart + hours(10), hours(1)));
}

TEST(BestStart, EqualsBruteForceOverEveryMinute) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> intensity(-40, 400);
  std::uniform_int_distribution<int> minute(0, 8 * 60);
  for (int round = 0; round < 10'000; ++round) {
    std::vector<double> values(12);
    for (double& value : values) {
      const int drawn = intensity(random);
      value = drawn < 0 ? grid::Series::kUnknown : drawn;
    }
    const grid::Series series(kStart, hours(1), values);
    const Time earliest = kStart + minutes(minute(random) - 60);
    const Time latest = earliest + minutes(minute(random));
    const Duration length = minutes(minute(random) / 2 + 1);
    const double wait_per_hour = round % 2 == 0 ? 0 : intensity(random) / 4.0 + 10;
    double least = std::numeric_limits<double>::infinity();
    const auto cost = [&](Time start, GramsPerKwh mean) {
      return mean.value() + wait_per_hour * Hours(start - earliest);
    };
    for (Time start = earliest; start <= latest; start += minutes(1)) {
      const auto mean = series.Mean(start, start + length);
      if (mean) {
        least = std::min(least, cost(start, *mean));
      }
    }
    const auto got = BestStart(series, earliest, latest, length, GramsPerKwh(wait_per_hour));
    ASSERT_EQ(got.has_value(), least < std::numeric_limits<double>::infinity()) << round;
    if (got) {
      ASSERT_NEAR(cost(got->start, got->mean), least, 1e-6) << round;
    }
  }
}

}  // namespace
}  // namespace carbon::plan
