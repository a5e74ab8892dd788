// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

FleetScenario Good() {
  return {.start = kFleetStart,
          .window = 48 * kOneHour,
          .zones = {DayAndNight("DE", 0.3)},
          .jobs = {{.arrival = kOneHour, .length = 3 * kOneHour, .cpus = 0.1 + 0.2},
                   {.arrival = Duration(0), .length = kOneHour, .cpus = 0.0001}}};
}

std::string WhyNot(const FleetScenario& scenario) {
  const Status ok = CheckFleet(scenario);
  return ok ? "" : ok.error().message;
}

TEST(FleetScenario, IsCheckedBeforeItIsReplayed) {
  EXPECT_EQ(WhyNot(Good()), "");
  FleetScenario scenario = Good();
  scenario.zones.clear();
  EXPECT_EQ(WhyNot(scenario), "there is no zone");
  scenario = Good();
  scenario.zones[0].cpus = 0;
  EXPECT_EQ(WhyNot(scenario), "zone DE: needs 0.001 CPUs or more, and power of more than 0");
  scenario = Good();
  scenario.start -= kOneHour;
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("zone DE: "));
  scenario = Good();
  scenario.zones[0].signal = {kFleetStart, std::chrono::minutes(7), std::vector<double>(99, 1)};
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("steps of 7m"));
  scenario = Good();
  scenario.tick = Duration(0);
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("tick"));
  scenario = Good();
  scenario.faults = {{.kind = Fault::Kind::zone_down, .zone = 1}};
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("fault"));
  scenario.faults = {{.kind = Fault::Kind::zone_down, .from = kFleetStart, .to = kFleetStart}};
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("ends before"));
  scenario.faults = {{.kind = Fault::Kind::eviction, .share = 1.5}};
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("share"));
  scenario = Good();
  scenario.migration.emplace();
  EXPECT_EQ(WhyNot(scenario), "");
  scenario.migration->transfer_per_cpu = KilowattHours(-1);
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("migration"));
  scenario.migration.emplace().rules.return_factor = 0.5;
  EXPECT_THAT(WhyNot(scenario), testing::HasSubstr("migration"));
}

TEST(FleetScenario, PlacesItsJobsByArrivalInWholeThousandths) {
  const FleetJobs jobs = JobsOf(Good());
  EXPECT_EQ(RoomOf(Good().zones[0]), 300);
  ASSERT_EQ(jobs.jobs.size(), 2U);
  EXPECT_EQ(jobs.jobs[0].millicores, 1);
  EXPECT_EQ(jobs.jobs[1].millicores, 300) << "a rest of 1e-17 is no CPU";
  EXPECT_EQ(jobs.jobs[0].latest_start, kFleetStart + 6 * kOneHour);
  EXPECT_EQ(jobs.jobs[1].latest_start, kFleetStart + 25 * kOneHour);
}

TEST(FleetScenario, RepeatsItsJobsUntilTheWindowIsOver) {
  FleetScenario scenario = Good();
  scenario.jobs_every = 24 * kOneHour + Duration(1);
  scenario.longest_wait = kOneHour;
  const FleetJobs jobs = JobsOf(scenario);
  EXPECT_EQ(jobs.submitted, 4U);
  ASSERT_EQ(jobs.jobs.size(), 4U);
  EXPECT_EQ(jobs.jobs[2].arrival, kFleetStart + 24 * kOneHour + Duration(1));
  EXPECT_EQ(jobs.jobs[2].latest_start, jobs.jobs[2].arrival + kOneHour);
}

}  // namespace
}  // namespace carbon::sim
