// SPDX-License-Identifier: Apache-2.0
#include "sim/cheapest_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

double CostOf(const std::vector<PricedPiece>& pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), 0.0,
                         [](double sum, const PricedPiece& piece) { return sum + piece.cost; });
}

Duration LengthOf(const std::vector<PricedPiece>& pieces) {
  Duration length{};
  for (const PricedPiece& piece : pieces) {
    length += piece.to - piece.from;
  }
  return length;
}

/// Minute by minute, in whichever zone is the cheapest.
std::vector<double> CheapestMinutes(const std::vector<PricedZone>& zones, Time from, Time to) {
  std::vector<double> minutes;
  for (Time time = from; time < to; time += kMinute) {
    std::optional<double> least;
    for (const PricedZone& zone : zones) {
      const auto cost = zone.CostPerHour(time);
      least = cost && (!least || *cost < *least) ? cost : least;
    }
    if (least) {
      minutes.push_back(*least / 60);
    }
  }
  std::sort(minutes.begin(), minutes.end());
  return minutes;
}

TEST(CheapestTime, IsTheCheapestOfAllMinutes) {
  size_t found = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto whole = [&](uint64_t least, uint64_t most) {
      return static_cast<int64_t>(least + random() % (most - least + 1));
    };
    std::vector<PricedZone> zones;
    for (const Duration step : {10 * kMinute, 15 * kMinute, 60 * kMinute}) {
      std::vector<double> values(static_cast<size_t>(8 * kOneHour / step));
      for (double& value : values) {
        value = whole(0, 20) == 0 ? grid::Series::kUnknown : static_cast<double>(whole(0, 300));
      }
      const FleetZone zone{
          .name = "Z", .signal = {kFleetStart, step, values}, .per_cpu = Watts(100)};
      zones.emplace_back(zone, kFleetStart, kFleetStart + 9 * kOneHour);
      zones.back().SetPrices(std::vector<double>(4, static_cast<double>(whole(0, 5))));
    }
    const Time from = kFleetStart + kMinute * whole(0, 200);
    const Time to = from + kMinute * whole(1, 400);
    const Duration length = kMinute * whole(1, 300);
    const std::vector<const PricedZone*> all = {&zones[0], &zones[1], &zones[2]};
    const auto pieces = CheapestTime(all, from, to, length);
    const auto minutes = CheapestMinutes(zones, from, to);
    const auto needed = static_cast<size_t>(length / kMinute);
    ASSERT_EQ(pieces.empty(), minutes.size() < needed);
    if (pieces.empty()) {
      continue;
    }
    ++found;
    ASSERT_EQ(LengthOf(pieces), length);
    ASSERT_NEAR(
        CostOf(pieces),
        std::accumulate(minutes.begin(), minutes.begin() + static_cast<ptrdiff_t>(needed), 0.0),
        1e-6);
  }
  EXPECT_GT(found, 300U);
}

TEST(CheapestTime, LeavesOutZonesThatAreTooNarrow) {
  const FleetZone zone = DayAndNight("DE", 1, 1);
  const PricedZone priced(zone, kFleetStart, kFleetStart + 24 * kOneHour);
  const std::vector<const PricedZone*> none = {nullptr};
  EXPECT_TRUE(CheapestTime(none, kFleetStart, kFleetStart + kOneHour, kOneHour).empty());
  const std::vector<const PricedZone*> second = {nullptr, &priced};
  const auto pieces = CheapestTime(second, kFleetStart, kFleetStart + 13 * kOneHour, 2 * kOneHour);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].zone, 1U);
  EXPECT_NEAR(CostOf(pieces), 100 + 400, 1e-9);
}

}  // namespace
}  // namespace carbon::sim
