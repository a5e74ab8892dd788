// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/fleet_plan.h"
#include "plan/lp_bound.h"

namespace carbon::plan {
namespace {

constexpr uint64_t kSeed = 20260103;
constexpr int kInstances = 10'000;

TEST(FleetPlan, LiesBetweenTheLinearProgramAndRunningNow) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  int placed = 0;
  double planned = 0;
  double least = 0;
  for (int i = 0; i < kInstances; ++i) {
    const FleetCase fleet = dice.Roll({.jobs = 1 + dice.Below(6),
                                       .supplies = 1 + dice.Below(2),
                                       .slots = 8,
                                       .cpus = 2 + static_cast<double>(dice.Below(4)),
                                       .unknown = i % 5 == 0 ? 0.1 : 0});
    Timetable early(fleet.slots, fleet.supplies);
    Timetable timetable(fleet.slots, fleet.supplies);
    const FleetPlan earliest = PlanEarliest(early, fleet.demands);
    const FleetPlan plan = PlanFleet(timetable, fleet.demands, {.price_rounds = 8, .attempts = 3});
    const auto bound = LpBound(fleet);
    if (plan.placed < fleet.demands.size()) {
      continue;
    }
    ASSERT_TRUE(bound) << "instance " << i;
    ASSERT_LE(*bound, plan.cost + 1e-6) << "instance " << i;
    ASSERT_LE(plan.bound, *bound + 1e-6) << "instance " << i << ": Lagrange's is never above";
    if (plan.optimal) {
      ASSERT_NEAR(plan.cost, *bound, 1e-6) << "instance " << i;
    }
    if (earliest.placed == fleet.demands.size()) {
      ASSERT_LE(plan.cost, earliest.cost + 1e-6) << "instance " << i;
    }
    ++placed;
    planned += plan.cost;
    least += *bound;
  }
  EXPECT_GT(placed, kInstances / 2);
  EXPECT_LT(planned / least, 1.05);
}

}  // namespace
}  // namespace carbon::plan
