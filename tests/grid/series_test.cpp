// SPDX-License-Identifier: Apache-2.0
#include "grid/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace carbon::grid {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

TEST(Series, IsUnknownOutsideAndWhereAValueIsMissingNegativeOrInfinite) {
  const Series series(kStart, hours(1), {100, Series::kUnknown, -1, INFINITY, 50});
  EXPECT_EQ(series.At(kStart), GramsPerKwh(100));
  EXPECT_EQ(series.At(kStart + minutes(59)), GramsPerKwh(100));
  EXPECT_FALSE(series.At(kStart - Duration(1)));
  EXPECT_FALSE(series.At(kStart + hours(1)));
  EXPECT_FALSE(series.At(kStart + hours(2)));
  EXPECT_FALSE(series.At(kStart + hours(3)));
  EXPECT_FALSE(series.At(kStart + hours(5)));
  EXPECT_EQ(series.UnknownSteps(), 3U);
}

TEST(Series, MeanWeighsPartsOfStepsByTime) {
  const Series series(kStart, hours(1), {100, 200, 400});
  EXPECT_DOUBLE_EQ(series.Mean(kStart, kStart + hours(3))->value(), 700.0 / 3);
  EXPECT_DOUBLE_EQ(series.Mean(kStart + minutes(30), kStart + minutes(90))->value(), 150);
  EXPECT_DOUBLE_EQ(series.Mean(kStart + minutes(10), kStart + minutes(20))->value(), 100);
  EXPECT_DOUBLE_EQ(series.Mean(kStart + minutes(45), kStart + minutes(135))->value(),
                   (100 * 15 + 200 * 60 + 400 * 15) / 90.0);
  EXPECT_EQ(series.Mean(kStart + hours(1), kStart + hours(1)), GramsPerKwh(200));
}

TEST(Series, MeanIsUnknownWhereAnyPartIs) {
  const Series series(kStart, hours(1), {100, Series::kUnknown, 300});
  EXPECT_TRUE(series.Mean(kStart, kStart + hours(1)));
  EXPECT_FALSE(series.Mean(kStart, kStart + hours(1) + Duration(1)));
  EXPECT_FALSE(series.Mean(kStart + minutes(90), kStart + hours(3)));
  EXPECT_TRUE(series.Mean(kStart + hours(2), kStart + hours(3)));
  EXPECT_FALSE(series.Mean(kStart + hours(2), kStart + hours(3) + Duration(1)));
  EXPECT_FALSE(series.Mean(kStart - Duration(1), kStart + minutes(5)));
}

TEST(Series, MeanEqualsTheSumOverEveryMinute) {
  constexpr unsigned kSeed = 20240511;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> intensity(0, 900);
  std::vector<double> values(50);
  for (double& value : values) {
    value = intensity(random);
  }
  const Series series(kStart, minutes(15), values);
  std::uniform_int_distribution<int> minute(0, 50 * 15 - 1);
  for (int round = 0; round < 2000; ++round) {
    int from = minute(random);
    int to = minute(random);
    if (from > to) {
      std::swap(from, to);
    }
    ++to;
    double sum = 0;
    for (int m = from; m < to; ++m) {
      sum += values[static_cast<size_t>(m / 15)];
    }
    const auto mean = series.Mean(kStart + minutes(from), kStart + minutes(to));
    ASSERT_TRUE(mean);
    ASSERT_NEAR(mean->value(), sum / (to - from), 1e-9) << from << " " << to;
  }
}

TEST(Series, RepeatingLastFillsGapsButInventsNoBeginning) {
  const Series series(kStart, hours(1), {Series::kUnknown, 1, Series::kUnknown, 2});
  EXPECT_EQ(series.RepeatingLast(), Series(kStart, hours(1), {Series::kUnknown, 1, 1, 2}));
}

TEST(Series, BetweenTakesTheStepsThatStartInside) {
  const Series series(kStart, hours(1), {0, 1, 2, 3});
  EXPECT_EQ(series.Between(kStart + minutes(30), kStart + hours(3)),
            Series(kStart + hours(1), hours(1), {1, 2}));
  EXPECT_EQ(series.Between(kStart - hours(9), kStart + hours(9)), series);
  EXPECT_TRUE(series.Between(kStart + hours(9), kStart + hours(10)).empty());
}

TEST(Series, EmptyOneKnowsNothing) {
  const Series series;
  EXPECT_TRUE(series.empty());
  EXPECT_FALSE(series.At(Time{}));
  EXPECT_FALSE(series.Mean(Time{}, Time{} + hours(1)));
}

}  // namespace
}  // namespace carbon::grid
