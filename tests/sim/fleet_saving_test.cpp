// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_saving.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

TEST(FleetSaving, ComparesJobsThatAreKnownBothWaysByTheirWeekOfArrival) {
  FleetScenario scenario{
      .start = kFleetStart, .window = 15 * 24 * kOneHour, .zones = {DayAndNight("DE", 4, 20)}};
  for (const int day : {0, 1, 7, 14}) {
    scenario.jobs.push_back({.arrival = day * 24 * kOneHour, .length = kOneHour, .cpus = 1});
  }
  FleetOutcome now;
  now.job_emitted = {Grams(100), Grams(50), Grams(10), Grams(40)};
  FleetOutcome planned;
  planned.job_emitted = {Grams(50), std::nullopt, Grams(8), Grams(40)};
  const FleetSaving saving = SavingOf(scenario, planned, now);
  EXPECT_EQ(saving.compared, 3U);
  EXPECT_NEAR(*saving.share, 1 - 98.0 / 150, 1e-12);
  ASSERT_EQ(saving.weekly_share.size(), 2U) << "the third week is not whole";
  EXPECT_NEAR(saving.weekly_share[0], 0.5, 1e-12);
  EXPECT_NEAR(saving.weekly_share[1], 0.2, 1e-12);
}

TEST(FleetSaving, OfNothingIsNotKnown) {
  const FleetScenario scenario{
      .start = kFleetStart, .window = kOneHour, .zones = {DayAndNight("DE", 1)}};
  EXPECT_EQ(SavingOf(scenario, {}, {}).share, std::nullopt);
}

}  // namespace
}  // namespace carbon::sim
