// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_saving.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

/// An hour's work on some days, which emits 10 g at least.
FleetScenario OnDays(const std::vector<int>& days) {
  FleetScenario scenario{
      .start = kFleetStart, .window = 15 * 24 * kOneHour, .zones = {DayAndNight("DE", 4, 20)}};
  scenario.zones[0].per_cpu = Watts(100);
  for (const int day : days) {
    scenario.jobs.push_back({.arrival = day * 24 * kOneHour, .length = kOneHour, .cpus = 1});
  }
  scenario.longest_wait = 12 * kOneHour;
  return scenario;
}

FleetOutcome Emitting(std::vector<std::optional<Grams>> grams) {
  FleetOutcome outcome;
  outcome.job_emitted = std::move(grams);
  return outcome;
}

FleetSaving Saved(const FleetScenario& scenario, const FleetOutcome& outcome,
                  const FleetOutcome& now) {
  const std::vector<const FleetOutcome*> both = {&now, &outcome};
  return SavingOf(FleetOracle(scenario, both), outcome, now);
}

TEST(FleetSaving, ComparesJobsThatAreKnownBothWaysByTheirWeekOfArrival) {
  const FleetSaving saving =
      Saved(OnDays({0, 1, 7, 14}), Emitting({Grams(50), std::nullopt, Grams(18), Grams(40)}),
            Emitting({Grams(100), Grams(50), Grams(20), Grams(40)}));
  EXPECT_EQ(saving.compared, 3U);
  EXPECT_NEAR(*saving.share, 1 - 108.0 / 160, 1e-12);
  ASSERT_EQ(saving.weekly_share.size(), 2U) << "the third week is not whole";
  EXPECT_NEAR(saving.weekly_share[0], 0.5, 1e-12);
  EXPECT_NEAR(saving.weekly_share[1], 0.1, 1e-12);
}

TEST(FleetSaving, MeasuresTheSameJobsAgainstTheOracle) {
  const FleetSaving saving =
      Saved(OnDays({0, 1, 7, 14}), Emitting({Grams(50), std::nullopt, Grams(18), Grams(40)}),
            Emitting({Grams(100), Grams(50), Grams(20), Grams(40)}));
  EXPECT_NEAR(saving.bound.value(), 3 * 10, 1e-6);
  EXPECT_NEAR(saving.regret.value(), 108 - 30, 1e-6);
  EXPECT_NEAR(*saving.kept, 52.0 / 130, 1e-9);
  ASSERT_EQ(saving.weekly_kept.size(), 2U);
  EXPECT_NEAR(saving.weekly_kept[0], 50.0 / 90, 1e-9);
  EXPECT_NEAR(saving.weekly_kept[1], 2.0 / 10, 1e-9);
}

TEST(FleetSaving, WhereThereIsNothingToSaveNothingIsKept) {
  const FleetOutcome least = Emitting({Grams(10)});
  const FleetSaving saving = Saved(OnDays({0}), least, least);
  EXPECT_EQ(saving.share, 0);
  EXPECT_NEAR(saving.regret.value(), 0, 1e-9);
  EXPECT_EQ(saving.kept, std::nullopt);
  EXPECT_TRUE(saving.weekly_kept.empty());
}

TEST(FleetSaving, OfNothingIsNotKnown) {
  const FleetSaving saving = Saved(OnDays({}), {}, {});
  EXPECT_EQ(saving.share, std::nullopt);
  EXPECT_EQ(saving.kept, std::nullopt);
  EXPECT_EQ(saving.bound, Grams(0));
}

}  // namespace
}  // namespace carbon::sim
