// SPDX-License-Identifier: Apache-2.0
#include "sim/room_prices.h"

#include <gtest/gtest.h>

#include <numeric>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

double ValueOf(const RoomMarket& market, size_t jobs) {
  std::vector<size_t> all(jobs);
  std::iota(all.begin(), all.end(), size_t{0});
  const auto costs = market.CostsOf(all);
  return std::accumulate(costs.begin(), costs.end(), 0.0) - market.CostOfRoom();
}

/// A zone of one CPU, dirty for twelve hours and then clean, and jobs of an hour that may start
/// anywhen on the first day: twelve can run clean, and the others cannot.
FleetScenario OneCpu(size_t jobs) {
  return {.start = kFleetStart,
          .window = 48 * kOneHour,
          .zones = {DayAndNight("DE", 1)},
          .jobs = std::vector<TraceJob>(jobs, {.arrival = {}, .length = kOneHour, .cpus = 1}),
          .longest_wait = 23 * kOneHour};
}

TEST(RoomMarket, EachJobAloneTakesTheCheapestRun) {
  const FleetScenario scenario = OneCpu(20);
  const auto jobs = JobsOf(scenario).jobs;
  const RoomMarket market(scenario, jobs);
  EXPECT_NEAR(ValueOf(market, 20), 20 * 100, 1e-6);
  EXPECT_EQ(market.CostOfRoom(), 0);
}

TEST(RoomMarket, FindsPricesThatTellWhatScarceRoomIsWorth) {
  const FleetScenario scenario = OneCpu(20);
  const auto jobs = JobsOf(scenario).jobs;
  RoomMarket market(scenario, jobs);
  const double best = 12 * 100 + 8 * 400;
  const RoomPrices prices = market.BestPrices(best, 300);
  market.SetPrices(prices);
  EXPECT_LE(ValueOf(market, 20), best * (1 + 1e-9));
  EXPECT_GE(ValueOf(market, 20), best * 0.98);
  for (const double price : prices[0]) {
    EXPECT_GE(price, 0);
  }
}

TEST(RoomMarket, RoomThatSufficesForAllIsWorthNothing) {
  const FleetScenario scenario = OneCpu(3);
  const auto jobs = JobsOf(scenario).jobs;
  RoomMarket market(scenario, jobs);
  market.SetPrices(market.BestPrices(300, 300));
  EXPECT_NEAR(ValueOf(market, 3), 300, 1e-3);
}

TEST(RoomMarket, JobsAskNoZoneThatIsTooNarrow) {
  FleetScenario scenario = OneCpu(1);
  scenario.zones.push_back(DayAndNight("SE", 2));
  scenario.jobs[0].cpus = 2;
  scenario.zones[0].signal = HourlySignal(std::vector<double>(96, 1));
  const auto jobs = JobsOf(scenario).jobs;
  EXPECT_NEAR(ValueOf(RoomMarket(scenario, jobs), 1), 2 * 100, 1e-6);
}

TEST(RoomMarket, KeepsThePricesOfAStretch) {
  const FleetScenario scenario = OneCpu(1);
  const auto jobs = JobsOf(scenario).jobs;
  const RoomMarket market(scenario, jobs);
  const RoomPrices kept = market.Within({std::vector<double>(24, 5)}, kFleetStart + 2 * kOneHour,
                                        kFleetStart + 5 * kOneHour);
  EXPECT_EQ(std::accumulate(kept[0].begin(), kept[0].end(), 0.0), 15);
  EXPECT_EQ(kept[0][2], 5);
  EXPECT_EQ(kept[0][5], 0);
}

}  // namespace
}  // namespace carbon::sim
