// SPDX-License-Identifier: Apache-2.0
#include "sim/seen_range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace carbon::sim {
namespace {

using grid::Series;
using plan::IntensityRange;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

IntensityRange Range(double least, double most) { return {GramsPerKwh(least), GramsPerKwh(most)}; }

TEST(SeenRange, IsOfTheStepsThatHaveEnded) {
  const SeenRange seen(Series(kStart, hours(1), {300, 100, 500, 200}), hours(2));
  EXPECT_EQ(seen.Before(kStart - hours(1)), std::nullopt);
  EXPECT_EQ(seen.Before(kStart + minutes(59)), std::nullopt) << "that step has not ended";
  EXPECT_EQ(seen.Before(kStart + hours(1)), Range(300, 300));
  EXPECT_EQ(seen.Before(kStart + hours(2)), Range(100, 300));
  EXPECT_EQ(seen.Before(kStart + hours(3)), Range(100, 500));
  EXPECT_EQ(seen.Before(kStart + hours(4)), Range(200, 500));
  EXPECT_EQ(seen.Before(kStart + hours(400)), Range(200, 500));
}

TEST(SeenRange, LeavesOutWhatIsUnknown) {
  const double unknown = Series::kUnknown;
  const SeenRange seen(Series(kStart, hours(1), {300, unknown, unknown}), hours(2));
  EXPECT_EQ(seen.Before(kStart + hours(2)), Range(300, 300));
  EXPECT_EQ(seen.Before(kStart + hours(3)), std::nullopt);
  EXPECT_EQ(SeenRange(Series(), hours(2)).Before(kStart), std::nullopt);
}

TEST(SeenRange, EqualsLookingAtEachStep) {
  constexpr unsigned kSeed = 20261203;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<double> values(1 + random() % 40);
    for (double& value : values) {
      value = random() % 5 == 0 ? Series::kUnknown : static_cast<double>(random() % 20);
    }
    const size_t back = 1 + random() % 12;
    const Series signal(kStart, hours(1), values);
    const SeenRange seen(signal, hours(back));
    for (size_t now = 0; now <= values.size(); ++now) {
      std::optional<IntensityRange> want;
      for (size_t i = now - std::min(now, back); i < now; ++i) {
        if (const auto value = signal.Value(i)) {
          want = want ? IntensityRange{std::min(want->least, *value), std::max(want->most, *value)}
                      : IntensityRange{*value, *value};
        }
      }
      ASSERT_EQ(seen.Before(signal.TimeOf(now)), want) << now;
    }
  }
}

}  // namespace
}  // namespace carbon::sim
