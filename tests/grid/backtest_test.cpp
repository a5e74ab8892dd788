// SPDX-License-Identifier: Apache-2.0
#include "grid/backtest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kStart = *ParseTime("2021-03-01T00:00:00Z");
constexpr size_t kHours = 60 * 24;

Series Grid(uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> draw(0, 8);
  std::vector<double> values(kHours);
  double drift = 0;
  for (size_t i = 0; i < kHours; ++i) {
    drift = 0.97 * drift + draw(random);
    values[i] = std::max(5.0, 250 + (i % 24 < 12 ? 60 : -60) + drift);
  }
  return {kStart, hours(1), std::move(values)};
}

std::vector<Forecast> Daily(const Series& actual, double bias) {
  std::vector<Forecast> forecasts;
  for (Time issued = kStart + days(20); issued + days(4) <= actual.end(); issued += days(1)) {
    std::vector<double> values(96);
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = actual.At(issued + hours(i))->value() + bias;
    }
    forecasts.push_back({issued, Series(issued, hours(1), std::move(values))});
  }
  return forecasts;
}

BacktestRules Rules() { return {.blend = {}, .from = kStart + days(30), .to = kStart + days(50)}; }

TEST(Backtest, MeasuresEachForecasterAgainstWhatCameTrue) {
  const Series actual = Grid(1);
  const auto skills = Backtest(actual, Daily(actual, 40), Rules());
  ASSERT_EQ(skills.size(), 96);
  const Skill& next = skills[0];
  EXPECT_EQ(next.count, 20 * 24 - 1) << "every origin but the last, whose truth comes too late";
  EXPECT_NEAR(*next.Mae(Forecaster::provider), 40, 1e-4);
  double persistence = 0;
  for (Time t = Rules().from; t + hours(1) < Rules().to; t += hours(1)) {
    persistence += std::abs(actual.At(t + hours(1))->value() - actual.At(t)->value());
  }
  EXPECT_NEAR(*next.Mae(Forecaster::persistence), persistence / static_cast<double>(next.count),
              1e-9);
}

TEST(Backtest, TheFutureCannotChangeWhatWasForecast) {
  const Series actual = Grid(2);
  BacktestRules early = Rules();
  early.to = kStart + days(40);
  const auto forecasts = Daily(actual, 10);
  const Skill whole = Backtest(actual, forecasts, early)[5];
  const Series cut = actual.Between(kStart, early.to);
  std::vector<Forecast> known;
  for (const Forecast& forecast : forecasts) {
    if (forecast.issued_at < early.to) {
      known.push_back(forecast);
    }
  }
  const Skill same = Backtest(cut, known, early)[5];
  EXPECT_EQ(whole.count, same.count);
  EXPECT_EQ(whole.Mae(Forecaster::blend), same.Mae(Forecaster::blend));
  EXPECT_EQ(whole.Coverage(), same.Coverage());
}

TEST(Backtest, ABiasedProviderIsCorrected) {
  const Series actual = Grid(3);
  const auto together = Together(Backtest(actual, Daily(actual, 40), Rules()), 24);
  EXPECT_LT(*together.RatioToBetter(), 0.5);
}

TEST(Backtest, WithoutAProviderItIsLeftOut) {
  const Series actual = Grid(4);
  const auto together = Together(Backtest(actual, {}, Rules()), 24);
  EXPECT_GT(together.count, 0);
  EXPECT_FALSE(together.Mae(Forecaster::provider));
  EXPECT_LT(*together.RatioToBetter(), 1);
}

TEST(Backtest, UnknownStepsAreNeitherOriginNorTruth) {
  Series actual = Grid(5);
  std::vector<double> values;
  for (size_t i = 0; i < actual.size(); ++i) {
    values.push_back(i % 5 == 0 ? Series::kUnknown : actual.Value(i)->value());
  }
  const auto skills = Backtest({kStart, hours(1), values}, {}, Rules());
  // Of five hours four are origins, and three of these are followed by a known one.
  EXPECT_NEAR(static_cast<double>(skills[0].count), 20 * 24 * 3 / 5.0, 2);
}

TEST(Backtest, NothingMeasuredIsNothingClaimed) {
  const Skill none;
  EXPECT_FALSE(none.Mae(Forecaster::blend));
  EXPECT_FALSE(none.Mape(Forecaster::blend));
  EXPECT_FALSE(none.Coverage());
  EXPECT_FALSE(none.RatioToBetter());
}

}  // namespace
}  // namespace carbon::grid
