// SPDX-License-Identifier: Apache-2.0
#include "plan/ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

namespace carbon::plan {
namespace {

using std::chrono::hours;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");
constexpr int kDays = 30;

/// A day like every other, by hour.
double Daily(int64_t hour) {
  return 300 + 150 * std::cos(2 * std::numbers::pi * static_cast<double>(hour % 24) / 24);
}

grid::Forecast ForecastFrom(int64_t hour, double (*value)(int64_t)) {
  std::vector<double> values(96);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = value(hour + static_cast<int64_t>(i));
  }
  return {.issued_at = kStart + hours(hour),
          .series = grid::Series(kStart + hours(hour), hours(1), std::move(values))};
}

/// One that has lived through `days` of `actual`, with a forecast each midnight.
Ensemble Lived(int days, double (*actual)(int64_t), double (*forecast)(int64_t)) {
  Ensemble ensemble{hours(1)};
  for (int64_t hour = 0; hour < 24 * days; ++hour) {
    ensemble.Observe(kStart + hours(hour), GramsPerKwh(actual(hour)));
    if (forecast != nullptr && hour % 24 == 0) {
      ensemble.Hear(ForecastFrom(hour, forecast));
    }
  }
  return ensemble;
}

double KeptOf(const Ensemble& ensemble, std::string_view name) {
  for (const Ensemble::Standing& standing : ensemble.Standings()) {
    if (standing.name == name) {
      return standing.kept;
    }
  }
  ADD_FAILURE() << "no member " << name;
  return 0;
}

TEST(Ensemble, SaysNothingBeforeAnythingWasObserved) {
  EXPECT_TRUE(Ensemble{hours(1)}.Make().empty());
}

TEST(Ensemble, ForecastsFromTheNextStepOn) {
  const Ensemble ensemble = Lived(kDays, Daily, nullptr);
  const grid::Series made = ensemble.Make();
  EXPECT_EQ(made.start(), kStart + hours(24 * kDays));
  EXPECT_EQ(made.size(), 96U);
  for (int64_t hour = 0; hour < 48; ++hour) {
    EXPECT_NEAR(made.Value(static_cast<size_t>(hour))->value(), Daily(hour), 15) << hour;
  }
}

TEST(Ensemble, WhoKnowsTheFutureKeepsAllOfTheSaving) {
  const Ensemble ensemble = Lived(kDays, Daily, Daily);
  EXPECT_NEAR(KeptOf(ensemble, "provider"), 1, 1e-9);
  double sum = 0;
  for (const Ensemble::Standing& standing : ensemble.Standings()) {
    EXPECT_LE(standing.kept, 1 + 1e-9) << standing.name;
    EXPECT_GE(standing.weight, 0) << standing.name;
    sum += standing.weight;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Ensemble, AProviderThatIsHalfADayOffLosesItsWeight) {
  const Ensemble ensemble = Lived(kDays, Daily, [](int64_t hour) { return Daily(hour + 12); });
  double provider = 1;
  for (const Ensemble::Standing& standing : ensemble.Standings()) {
    if (standing.name == "provider") {
      provider = standing.weight;
    }
  }
  EXPECT_LT(provider, 0.01);
  const grid::Series made = ensemble.Make();
  EXPECT_LT(made.Value(12)->value(), made.Value(0)->value()) << "noon is clean, whoever says not";
}

/// Nothing is usual yet, so that nothing but what it says itself parts it from the blend.
TEST(Ensemble, TheProviderIsAMemberOfItsOwnOnTheFirstDay) {
  Ensemble ensemble{hours(1)};
  const auto ever_cleaner = [](int64_t hour) { return 400.0 - 5.0 * static_cast<double>(hour); };
  for (int64_t hour = 0; hour < 20; ++hour) {
    ensemble.Hear(ForecastFrom(hour, ever_cleaner));
    ensemble.Observe(kStart + hours(hour), GramsPerKwh(Daily(hour + 6)));
  }
  EXPECT_NE(KeptOf(ensemble, "provider"), KeptOf(ensemble, "blend"));
}

TEST(Ensemble, CountsNoDrillThatAGapInterrupted) {
  Ensemble ensemble{hours(1)};
  for (int64_t hour = 0; hour < 24 * kDays; ++hour) {
    if (hour % 5 != 0) {
      ensemble.Observe(kStart + hours(hour), GramsPerKwh(Daily(hour)));
    }
  }
  EXPECT_EQ(KeptOf(ensemble, "blend"), 0) << "the shortest drill takes seven hours";
  EXPECT_FALSE(ensemble.Make().empty());
}

TEST(Ensemble, TakesStepsOfFiveMinutes) {
  Ensemble ensemble{std::chrono::minutes(5), {.horizon = hours(24)}};
  for (int64_t step = 0; step < 12 * 24 * 4; ++step) {
    ensemble.Observe(kStart + std::chrono::minutes(5) * step, GramsPerKwh(Daily(step / 12)));
  }
  const grid::Series made = ensemble.Make();
  EXPECT_EQ(made.step(), std::chrono::minutes(5));
  EXPECT_EQ(made.size(), 288U);
  EXPECT_GT(KeptOf(ensemble, "usual-of-late"), 0.5);
}

}  // namespace
}  // namespace carbon::plan
