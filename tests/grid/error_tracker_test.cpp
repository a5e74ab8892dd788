// SPDX-License-Identifier: Apache-2.0
#include "grid/error_tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace carbon::grid {
namespace {

/// The share of errors within [p10, p90] as they stood before each, after a time of learning.
double Coverage(const std::function<double(std::mt19937&, int)>& error) {
  ErrorTracker tracker(1);
  std::mt19937 random(7);
  int within = 0;
  int counted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto hour = static_cast<size_t>(i % 24);
    const double now = error(random, i);
    if (i > 1'000) {
      ++counted;
      within += now >= tracker.P10(hour) && now <= tracker.P90(hour) ? 1 : 0;
    }
    tracker.Learn(now, hour);
  }
  return static_cast<double>(within) / counted;
}

TEST(ErrorTracker, HoldsEightyPercentWhateverTheDistribution) {
  std::normal_distribution<double> normal(5, 20);
  std::exponential_distribution<double> skewed(0.1);
  EXPECT_NEAR(Coverage([&](auto& r, int) { return normal(r); }), 0.8, 0.02);
  EXPECT_NEAR(Coverage([&](auto& r, int) { return skewed(r); }), 0.8, 0.02);
}

TEST(ErrorTracker, HoldsItWhereErrorsGrowAndWhereTheHourMatters) {
  std::normal_distribution<double> normal;
  EXPECT_NEAR(Coverage([&](auto& r, int i) { return normal(r) * (1 + i / 2000.0); }), 0.8, 0.03);
  EXPECT_NEAR(Coverage([&](auto& r, int i) { return normal(r) * (i % 24 < 12 ? 1 : 30); }), 0.8,
              0.03);
}

TEST(ErrorTracker, IsNarrowerAtHoursThatAreSure) {
  ErrorTracker tracker(10);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 5'000; ++i) {
    tracker.Learn(normal(random) * (i % 24 == 8 ? 50 : 5), static_cast<size_t>(i % 24));
  }
  EXPECT_GT(tracker.P90(8) - tracker.P10(8), 4 * (tracker.P90(2) - tracker.P10(2)));
}

TEST(ErrorTracker, ItsBoundsNeverCrossAndStayFinite) {
  ErrorTracker tracker(1);
  std::mt19937 random(11);
  std::uniform_int_distribution<int> pick(0, 4);
  constexpr std::array kErrors = {0.0, 1e9, -1e9, 1e-9, -3.0};
  for (int i = 0; i < 10'000; ++i) {
    const auto hour = static_cast<size_t>(i % 24);
    tracker.Learn(kErrors[static_cast<size_t>(pick(random))], hour);
    ASSERT_LE(tracker.P10(hour), tracker.P50(hour));
    ASSERT_LE(tracker.P50(hour), tracker.P90(hour));
    ASSERT_TRUE(std::isfinite(tracker.P10(hour)) && std::isfinite(tracker.P90(hour)));
  }
}

TEST(ErrorTracker, LearnsItsBiasAsTheMedian) {
  ErrorTracker tracker(1);
  for (int i = 0; i < 2'000; ++i) {
    tracker.Learn(4 + 0.01 * (i % 7 - 3), static_cast<size_t>(i % 24));
  }
  EXPECT_NEAR(tracker.P50(0), 4, 0.5);
}

}  // namespace
}  // namespace carbon::grid
