// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_cluster.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

Time At(int hour) { return kFleetStart + hour * kOneHour; }

/// Two zones of two CPUs, and jobs of one and of two that take four hours.
class FleetClusterTest : public testing::Test {
 protected:
  FleetScenario scenario_{.start = kFleetStart,
                          .window = 24 * kOneHour,
                          .zones = {DayAndNight("DE", 2), DayAndNight("SE", 2)},
                          .jobs = {{.arrival = {}, .length = 4 * kOneHour, .cpus = 1},
                                   {.arrival = {}, .length = 4 * kOneHour, .cpus = 2}},
                          .migration = FleetMigration{.downtime = kOneHour}};
  std::vector<FleetJob> jobs_ = JobsOf(scenario_).jobs;
  FleetOutcome outcome_{.zones = std::vector<ZoneUse>(2),
                        .job_emitted = std::vector<std::optional<Grams>>(2, Grams())};
  FleetCluster cluster_{scenario_, jobs_, outcome_};
};

TEST_F(FleetClusterTest, RunsTakeRoomAndGiveItBack) {
  EXPECT_TRUE(cluster_.IsEmpty());
  const size_t run = cluster_.Start(0, 0, At(0));
  EXPECT_EQ(outcome_.runs[run].end, At(4));
  EXPECT_TRUE(cluster_.IsRunning());
  EXPECT_TRUE(cluster_.HasRoom(0, 0));
  EXPECT_FALSE(cluster_.HasRoom(0, 1));
  EXPECT_TRUE(cluster_.HasRoom(1, 1));
  cluster_.NotePeaks();
  EXPECT_EQ(outcome_.zones[0].peak_cpus, 1);
  EXPECT_TRUE(cluster_.GoesOn(run, At(3)));
  EXPECT_FALSE(cluster_.GoesOn(run, At(4)));
  EXPECT_EQ(cluster_.Finish(run), At(0));
  EXPECT_EQ(outcome_.done, 1U);
  EXPECT_TRUE(cluster_.IsEmpty());
}

TEST_F(FleetClusterTest, RoomThatIsHeldIsNobodyElses) {
  cluster_.Hold(1, 0);
  EXPECT_FALSE(cluster_.HasRoom(1, 1));
  EXPECT_FALSE(cluster_.IsEmpty());
  cluster_.GiveBack(1, 0);
  EXPECT_TRUE(cluster_.HasRoom(1, 1));
}

TEST_F(FleetClusterTest, AZoneIsUpWhenNoFaultKeepsItDown) {
  cluster_.TakeDown(0);
  cluster_.TakeDown(0);
  cluster_.BringUp(0);
  EXPECT_FALSE(cluster_.HasRoom(0, 0));
  cluster_.BringUp(0);
  EXPECT_TRUE(cluster_.HasRoom(0, 0));
}

TEST_F(FleetClusterTest, AMovedJobWorksOnElsewhereAfterItsDowntime) {
  const size_t run = cluster_.Start(0, 0, At(0));
  const size_t next = cluster_.Move({.run = run, .to = 1}, At(1));
  EXPECT_FALSE(cluster_.GoesOn(run, At(1)));
  EXPECT_EQ(outcome_.runs[next].end, At(5));
  EXPECT_TRUE(cluster_.HasRoom(0, 1));
  EXPECT_FALSE(cluster_.HasRoom(1, 1));
  EXPECT_TRUE(cluster_.MovableRuns(At(1)).empty()) << "it is down";
  const auto movable = cluster_.MovableRuns(At(3));
  ASSERT_EQ(movable.size(), 1U);
  EXPECT_EQ(movable[0].run, next);
  EXPECT_EQ(movable[0].since, At(2));
  EXPECT_EQ(movable[0].came_from, 0U);
  EXPECT_EQ(movable[0].left, 2 * kOneHour);
  EXPECT_EQ(movable[0].done, 2 * kOneHour);
  EXPECT_EQ(cluster_.Finish(next), At(0)) << "it was started in the first zone";
}

TEST_F(FleetClusterTest, LosingAMovedJobLosesAllOfItsWork) {
  const size_t run = cluster_.Start(0, 0, At(0));
  const size_t next = cluster_.Move({.run = run, .to = 1}, At(1));
  cluster_.Lose(next, At(3));
  EXPECT_TRUE(outcome_.runs[run].lost && outcome_.runs[next].lost);
  EXPECT_EQ(outcome_.lost_runs, 1U);
  EXPECT_NEAR(outcome_.lost_emitted.value(), 2 * 400, 1e-9);
  EXPECT_TRUE(cluster_.IsEmpty());
  const size_t again = cluster_.Start(0, 1, At(3));
  EXPECT_EQ(cluster_.Finish(again), At(3));
}

}  // namespace
}  // namespace carbon::sim
