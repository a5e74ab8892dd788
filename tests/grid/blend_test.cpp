// SPDX-License-Identifier: Apache-2.0
#include "grid/blend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-03-01T00:00:00Z");

/// A grid with a daily rhythm.
double Truth(Time time) {
  const double hour = Hours(time - FloorTo(time, days(1)));
  return 300 + 100 * std::sin(hour / 24 * 2 * std::numbers::pi);
}

/// What a provider says at `now`: the truth, `bias` too high.
Forecast Provider(Time now, double bias) {
  std::vector<double> values(96);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = Truth(now + hours(i)) + bias;
  }
  return {now, Series(now, hours(1), std::move(values))};
}

void Live(Blend& blend, Time from, Time to, double bias, double noise = 0) {
  std::mt19937 random(5);
  std::normal_distribution<double> draw(0, 1);
  for (Time now = from; now < to; now += hours(1)) {
    blend.Observe(now, GramsPerKwh(Truth(now) + noise * draw(random)));
    if (FloorTo(now, days(1)) == now) {
      blend.Hear(Provider(now, bias));
    }
  }
}

TEST(Blend, KnowsNothingBeforeItsFirstObservation) {
  Blend blend(hours(1));
  EXPECT_TRUE(blend.Make().expected.empty());
  blend.Hear(Provider(kStart, 0));
  EXPECT_TRUE(blend.Make().expected.empty());
}

TEST(Blend, BeginsAsTheProvidersForecastPlusItsFadingError) {
  Blend blend(hours(1), {.error_decay_per_hour = 0.9});
  blend.Observe(kStart, GramsPerKwh(Truth(kStart) + 50));
  blend.Hear(Provider(kStart, 0));
  const auto made = blend.Make();
  EXPECT_EQ(made.expected.start(), kStart + hours(1));
  EXPECT_EQ(made.expected.size(), 96);
  for (const int ahead : {1, 5, 20}) {
    const Time time = kStart + hours(ahead);
    EXPECT_NEAR(made.expected.At(time)->value(), Truth(time) + 50 * std::pow(0.9, ahead), 0.01);
  }
  EXPECT_EQ(made.provided_until, kStart + hours(96));
}

TEST(Blend, WithoutAProviderIsWhatIsUsualPlusTheFadingAnomaly) {
  Blend blend(hours(1));
  for (Time now = kStart; now < kStart + days(10); now += hours(1)) {
    blend.Observe(now, GramsPerKwh(Truth(now)));
  }
  const auto made = blend.Make();
  for (size_t i = 0; i < made.expected.size(); ++i) {
    EXPECT_NEAR(made.expected.Value(i)->value(), Truth(made.expected.TimeOf(i)), 1) << i;
  }
}

TEST(Blend, LearnsAProvidersBias) {
  Blend blend(hours(1));
  Live(blend, kStart, kStart + days(40), 60, 3);
  const auto made = blend.Make();
  for (size_t i = 0; i < 24; ++i) {
    EXPECT_NEAR(made.expected.Value(i)->value(), Truth(made.expected.TimeOf(i)), 12) << i;
  }
}

TEST(Blend, ItsBoundsAreInOrderAndNotBelowZero) {
  Blend blend(hours(1));
  Live(blend, kStart, kStart + days(20), 10, 400);
  const auto made = blend.Make();
  for (size_t i = 0; i < 72; ++i) {
    EXPECT_GE(made.p10.Value(i)->value(), 0);
    EXPECT_LE(made.p10.Value(i)->value(), made.p50.Value(i)->value());
    EXPECT_LE(made.p50.Value(i)->value(), made.p90.Value(i)->value());
  }
}

TEST(Blend, ANewerForecastReplacesTheOneBefore) {
  Blend blend(hours(1));
  Live(blend, kStart, kStart + days(3), 0);
  const auto before = blend.Make();
  blend.Hear(Provider(kStart + days(3) - hours(1), 100));
  const auto after = blend.Make();
  EXPECT_GT(after.expected.Value(40)->value(), before.expected.Value(40)->value() + 20);
  EXPECT_EQ(after.provided_until, kStart + days(3) + hours(95));
}

TEST(Blend, SurvivesGapsRevisionsAndForecastsOfThePast) {
  Blend blend(hours(1));
  Live(blend, kStart, kStart + days(3), 10, 5);
  const Time later = kStart + days(6) + hours(5);
  blend.Hear(Provider(kStart, 10));
  blend.Observe(later, GramsPerKwh(Truth(later)));
  blend.Observe(later, GramsPerKwh(Truth(later) + 1));
  blend.Observe(kStart - days(300), GramsPerKwh(1));
  const auto made = blend.Make();
  EXPECT_EQ(made.expected.start(), later + hours(1));
  EXPECT_TRUE(made.expected.Value(0));
}

TEST(Blend, TakesFinerForecastsAsTheirMeanOverAStep) {
  Blend blend(hours(1));
  std::vector<double> values(12 * 6);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = i % 12 < 6 ? 100 : 200;
  }
  blend.Observe(kStart, GramsPerKwh(150));
  blend.Hear({kStart, Series(kStart, minutes(5), values)});
  EXPECT_NEAR(blend.Make().expected.At(kStart + hours(2))->value(), 150, 1e-3);
}

TEST(Blend, WorksInStepsOfFiveMinutes) {
  Blend blend(minutes(5), {.horizon = hours(3)});
  EXPECT_EQ(blend.Horizons().back(), 36);
  for (Time now = kStart; now < kStart + hours(30); now += minutes(5)) {
    blend.Observe(now, GramsPerKwh(Truth(now)));
  }
  EXPECT_EQ(blend.Make().expected.size(), 36);
  EXPECT_EQ(blend.Make().expected.step(), minutes(5));
}

TEST(Blend, KeepsNearHorizonsApartAndFarOnesTogether) {
  const Blend blend(hours(1));
  const auto& horizons = blend.Horizons();
  for (size_t i = 0; i < 24; ++i) {
    EXPECT_EQ(horizons[i], static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(horizons.back(), 96);
  EXPECT_LT(horizons.size(), 40);
}

}  // namespace
}  // namespace carbon::grid
