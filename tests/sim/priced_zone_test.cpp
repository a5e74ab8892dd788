// SPDX-License-Identifier: Apache-2.0
#include "sim/priced_zone.h"

#include <gtest/gtest.h>

#include "ledger/footprint.h"
#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

/// The least over all starts on whole minutes, which is exact where all that happens does so on
/// them.
std::optional<double> ByTryingAll(const FleetZone& zone, Time earliest, Time latest,
                                  Duration length, const std::vector<double>& prices) {
  std::optional<double> least;
  for (Time start = earliest; start <= latest; start += kMinute) {
    const auto emitted = ledger::Footprint(zone.signal, {start, start + length}, zone.per_cpu);
    if (!emitted) {
      continue;
    }
    double cost = emitted->value();
    for (size_t hour = 0; hour < prices.size(); ++hour) {
      const Time from = kFleetStart + kOneHour * static_cast<int64_t>(hour);
      const Duration paid = std::min(start + length, from + kOneHour) - std::max(start, from);
      cost += prices[hour] * std::max(0.0, Hours(paid));
    }
    least = least ? std::min(*least, cost) : cost;
  }
  return least;
}

TEST(PricedZone, FindsTheCheapestOfAllStarts) {
  size_t found = 0;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto whole = [&](uint64_t least, uint64_t most) {
      return static_cast<int64_t>(least + random() % (most - least + 1));
    };
    const Duration step = std::vector{5 * kMinute, 20 * kMinute, 60 * kMinute}[random() % 3];
    std::vector<double> values(static_cast<size_t>(10 * kOneHour / step));
    for (double& value : values) {
      value = whole(0, 30) == 0 ? grid::Series::kUnknown : static_cast<double>(whole(0, 300));
    }
    FleetZone zone{.name = "DE", .signal = {kFleetStart, step, values}, .per_cpu = Watts(300)};
    std::vector<double> prices(static_cast<size_t>(whole(0, 12)));
    for (double& price : prices) {
      price = static_cast<double>(whole(0, 50));
    }
    PricedZone priced(zone, kFleetStart, kFleetStart + 12 * kOneHour);
    priced.SetPrices(prices);
    const Time earliest = kFleetStart + kMinute * whole(0, 300);
    const Time latest = earliest + kMinute * whole(0, 300);
    const Duration length = kMinute * whole(1, 200);
    const auto run = priced.Cheapest(earliest, latest, length);
    const auto least = ByTryingAll(zone, earliest, latest, length, prices);
    ASSERT_EQ(run.has_value(), least.has_value());
    if (!run) {
      continue;
    }
    ++found;
    ASSERT_NEAR(run->cost, *least, 1e-6);
    ASSERT_GE(run->start, earliest);
    ASSERT_LE(run->start, latest);
    ASSERT_NEAR(*ByTryingAll(zone, run->start, run->start, length, prices), *least, 1e-6);
  }
  EXPECT_GT(found, 1000U);
}

TEST(PricedZone, KnowsNothingBeyondItsEnd) {
  const FleetZone zone = DayAndNight("DE", 1, 1);
  const PricedZone priced(zone, kFleetStart, kFleetStart + 12 * kOneHour);
  const Time late = kFleetStart + 11 * kOneHour;
  EXPECT_TRUE(priced.Cheapest(late, late, kOneHour));
  EXPECT_FALSE(priced.Cheapest(late + kMinute, late + 30 * kOneHour, kOneHour));
  EXPECT_FALSE(priced.Cheapest(kFleetStart, late, 1'000'000 * kOneHour));
}

}  // namespace
}  // namespace carbon::sim
