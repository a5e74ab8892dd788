// SPDX-License-Identifier: Apache-2.0
#include "ledger/oracle.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace carbon::ledger {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

TEST(BestSingleStart, CoversTheCheapestPartOfTheSignal) {
  const Series signal(kStart, hours(1), {500, 300, 100, 400});
  const auto best = BestSingleStart(signal, kStart, kStart + hours(3), minutes(90));
  ASSERT_TRUE(best);
  EXPECT_EQ(best->start, kStart + minutes(90));
  EXPECT_DOUBLE_EQ(best->mean.value(), (100 * 60 + 300 * 30) / 90.0);
}

TEST(BestSingleStart, TakesTheEarliestOfEquals) {
  const Series flat(kStart, minutes(5), std::vector<double>(500, 0.1));
  const Time earliest = kStart + minutes(7);
  EXPECT_EQ(BestSingleStart(flat, earliest, kStart + hours(30), minutes(17))->start, earliest);
}

TEST(BestSingleStart, KeepsToItsBounds) {
  const Series signal(kStart, hours(1), {500, 400, 300, 200});
  const Time latest = kStart + minutes(70);
  EXPECT_EQ(BestSingleStart(signal, kStart, latest, hours(1))->start, latest);
  EXPECT_EQ(BestSingleStart(signal, latest, latest, hours(1))->start, latest);
  EXPECT_FALSE(BestSingleStart(signal, latest, latest - Duration(1), hours(1)));
}

TEST(BestSingleStart, AvoidsWhatIsUnknown) {
  const Series signal(kStart, hours(1), {500, Series::kUnknown, 300, 400});
  EXPECT_EQ(BestSingleStart(signal, kStart, kStart + hours(9), minutes(90))->start,
            kStart + hours(2));
  EXPECT_FALSE(BestSingleStart(signal, kStart, kStart + hours(9), hours(3)));
  EXPECT_FALSE(BestSingleStart(signal, kStart + minutes(5), kStart + hours(1), hours(1)));
  EXPECT_FALSE(BestSingleStart(Series(), kStart, kStart + hours(9), hours(1)));
}

struct Instance {
  Series signal;
  Time earliest;
  Time latest;
  Duration length;
};

/// Whole minutes throughout, so that the best start is on a whole minute too.
Instance RandomInstance(std::mt19937& random) {
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const minutes step(pick(0, 1) == 0 ? 60 : 15);
  std::vector<double> values(static_cast<size_t>(pick(1, 30)));
  for (double& value : values) {
    value = pick(0, 19) == 0 ? Series::kUnknown : pick(0, 30) * 10.0;
  }
  const int span = static_cast<int>(values.size() * static_cast<size_t>(step.count()));
  const Time earliest = kStart + minutes(pick(-30, span));
  return {Series(kStart, step, values), earliest, earliest + minutes(pick(0, span)),
          minutes(pick(1, std::max(1, span / 2)))};
}

TEST(BestSingleStart, EqualsTryingEveryMinute) {
  constexpr unsigned kSeed = 20240601;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  for (int round = 0; round < 10'000; ++round) {
    const Instance it = RandomInstance(random);
    std::optional<GramsPerKwh> least;
    for (Time start = it.earliest; start <= it.latest; start += minutes(1)) {
      const auto mean = it.signal.Mean(start, start + it.length);
      if (mean && (!least || *mean < *least)) {
        least = mean;
      }
    }
    const auto best = BestSingleStart(it.signal, it.earliest, it.latest, it.length);
    ASSERT_EQ(best.has_value(), least.has_value()) << "round " << round;
    if (best) {
      ASSERT_NEAR(best->mean.value(), least->value(), 1e-6) << "round " << round;
      ASSERT_EQ(best->mean, it.signal.Mean(best->start, best->start + it.length));
      ASSERT_TRUE(best->start >= it.earliest && best->start <= it.latest);
    }
  }
}

}  // namespace
}  // namespace carbon::ledger
