// SPDX-License-Identifier: Apache-2.0
#include "sim/foresight.h"

#include <gtest/gtest.h>

#include <vector>

namespace carbon::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

grid::Series Signal(double after_day_20) {
  std::vector<double> values(24 * 30);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = i < size_t{24} * 20 ? 100.0 + static_cast<double>(i * 37 % 24) : after_day_20;
  }
  values[24 * 19] = grid::Series::kUnknown;
  return {kStart, hours(1), std::move(values)};
}

TEST(Foresight, BeginsWithTheStepAsItWasObserved) {
  const grid::Series signal = Signal(50);
  const auto foresight =
      Foresight::Of(signal, {}, kStart + hours(24 * 18), kStart + hours(24 * 22));
  const Time now = kStart + hours(24 * 18 + 5) + minutes(20);
  const grid::Series& seen = foresight.At(now);
  EXPECT_EQ(seen.start(), kStart + hours(24 * 18 + 5));
  EXPECT_EQ(seen.At(now), signal.At(now));
  EXPECT_EQ(seen.size(), 97U);
}

TEST(Foresight, KnowsNothingOfWhatComesLater) {
  const Time from = kStart + hours(24 * 15);
  const Time to = kStart + hours(24 * 25);
  const auto one = Foresight::Of(Signal(50), {}, from, to);
  const auto other = Foresight::Of(Signal(900), {}, from, to);
  for (Time now = from; now < kStart + hours(24 * 20); now += hours(1)) {
    ASSERT_EQ(one.At(now), other.At(now)) << FormatTime(now);
  }
  EXPECT_NE(one.At(kStart + hours(24 * 20)), other.At(kStart + hours(24 * 20)));
}

TEST(Foresight, GoesOnWithWhatWasExpectedWhereAStepWasNotObserved) {
  const auto foresight =
      Foresight::Of(Signal(50), {}, kStart + hours(24 * 18), kStart + hours(24 * 22));
  const Time gap = kStart + hours(24 * 19);
  EXPECT_EQ(foresight.At(gap), foresight.At(gap - hours(1)));
  EXPECT_TRUE(foresight.At(gap).At(gap));
}

TEST(Foresight, HearsAForecastWhenItIsIssuedAndNotBefore) {
  const Time issued = kStart + hours(24 * 21) + minutes(30);
  const std::vector<grid::Forecast> forecasts = {
      {.issued_at = issued,
       .series = grid::Series(kStart + hours(24 * 21), hours(1), std::vector<double>(96, 777))}};
  const Time from = kStart + hours(24 * 20);
  const Time to = kStart + hours(24 * 24);
  const auto with = Foresight::Of(Signal(50), forecasts, from, to);
  const auto without = Foresight::Of(Signal(50), {}, from, to);
  EXPECT_EQ(with.At(kStart + hours(24 * 21)), without.At(kStart + hours(24 * 21)));
  EXPECT_NE(with.At(kStart + hours(24 * 21 + 1)), without.At(kStart + hours(24 * 21 + 1)));
}

TEST(Foresight, TellsItsSize) {
  EXPECT_EQ(Foresight::Size(hours(1), kStart, kStart + hours(9)), 10U * 97 * 16);
  EXPECT_GT(Foresight::Size(minutes(5), kStart, kStart + hours(8760)), size_t{1800} << 20);
}

TEST(Foresight, IsEmptyOutsideOfWhatWasAskedFor) {
  const auto foresight = Foresight::Of(Signal(50), {}, kStart + hours(48), kStart + hours(50));
  EXPECT_TRUE(foresight.At(kStart).empty());
  EXPECT_FALSE(foresight.At(kStart + hours(49)).empty());
  EXPECT_TRUE(foresight.At(kStart + hours(50)).empty());
  EXPECT_TRUE(Foresight::Of({}, {}, kStart, kStart + hours(1)).At(kStart).empty());
}

}  // namespace
}  // namespace carbon::sim
