// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_moves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "sim/fleet_grid.h"
#include "support/fleet_replays.h"

namespace carbon::sim {
namespace {

/// What a job of one CPU that runs at a kilowatt in the first of three zones is told to do.
class FleetMovesTest : public testing::Test {
 protected:
  FleetMovesTest() {
    for (const double intensity : {400.0, 100.0, 200.0}) {
      FleetZone zone{.name = "Z" + std::to_string(scenario_.zones.size()),
                     .signal = HourlySignal(std::vector<double>(96, intensity)),
                     .cpus = 4,
                     .per_cpu = Watts(1000)};
      zone.forecasts = RightForecasts(zone.signal);
      scenario_.zones.push_back(zone);
    }
    scenario_.start = kFleetStart;
    scenario_.window = 48 * kOneHour;
    scenario_.migration = FleetMigration{.recomputed = kOneHour};
  }

  MovableRun Run(size_t name, double left_hours, double done_hours) const {
    return {.run = name,
            .zone = 0,
            .job = &job_,
            .since = At(0),
            .left = JobAt(0, left_hours).length,
            .done = JobAt(0, done_hours).length};
  }

  std::vector<FleetMove> Decide(const std::vector<MovableRun>& runs, std::vector<int64_t> room) {
    FleetGrid grid(scenario_);
    return FleetMoves(scenario_).Decide(runs, std::move(room), *grid.BoardAt(At(6)), At(6));
  }

  FleetScenario scenario_;
  FleetJob job_{.arrival = At(0),
                .length = 20 * kOneHour,
                .cpus = 1,
                .millicores = 1000,
                .latest_start = At(20)};
};

TEST_F(FleetMovesTest, GoToTheCleanestZoneThatHasRoom) {
  const auto moves = Decide({Run(7, 10, 6)}, {0, 1000, 1000});
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].run, 7U);
  EXPECT_EQ(moves[0].to, 1U);
  EXPECT_EQ(moves[0].recomputed, kOneHour);
  EXPECT_NEAR(moves[0].expected.value(), 10 * 300 - 100, 1e-6);
  EXPECT_EQ(Decide({Run(7, 10, 6)}, {0, 999, 1000}).at(0).to, 2U);
  EXPECT_TRUE(Decide({Run(7, 10, 6)}, {4000, 0, 0}).empty());
}

TEST_F(FleetMovesTest, ThatDoNotFitAreAskedAgainAboutTheRest) {
  const auto moves = Decide({Run(1, 4, 6), Run(2, 10, 6), Run(3, 6, 6)}, {0, 1000, 1000});
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[0].run, 2U);
  EXPECT_EQ(moves[0].to, 1U);
  EXPECT_EQ(moves[1].run, 3U);
  EXPECT_EQ(moves[1].to, 2U);
}

TEST_F(FleetMovesTest, ComputeAgainNoMoreThanWasDone) {
  EXPECT_EQ(Decide({Run(1, 10, 0.25)}, {0, 1000, 0}).at(0).recomputed, kOneHour / 4);
}

TEST_F(FleetMovesTest, OverheadIsCountedWhereItIsSpent) {
  scenario_.migration->checkpoint_per_cpu = KilowattHours(0.5);
  scenario_.migration->transfer_per_cpu = KilowattHours(0.1);
  const MoveOverhead down = OverheadOf(scenario_, job_, 0, 1, At(1));
  EXPECT_NEAR(down.left->value(), 0.6 * 400, 1e-9);
  EXPECT_EQ(down.reached, Grams(0));
  const MoveOverhead up = OverheadOf(scenario_, job_, 1, 0, At(1));
  EXPECT_NEAR(up.left->value(), 0.5 * 100, 1e-9);
  EXPECT_NEAR(up.reached->value(), 0.1 * 400, 1e-9);
  const MoveOverhead unknown = OverheadOf(scenario_, job_, 0, 1, At(96));
  EXPECT_TRUE(!unknown.left && !unknown.reached) << "never 0 g";
}

/// A job that was moved goes on at once elsewhere, has been where it was for the least stay, does
/// all of its work in the runs that are not lost, and is done in time.
void CheckMovedJob(const FleetScenario& scenario, const FleetJob& job,
                   const std::vector<FleetRun>& runs) {
  const FleetMigration& migration = *scenario.migration;
  Duration work{};
  bool moved = false;
  for (size_t i = 0; i < runs.size(); ++i) {
    const FleetRun& run = runs[i];
    work += run.lost ? Duration::zero() : run.end - run.start - run.downtime - run.recomputed;
    const bool goes_on = i > 0 && runs[i - 1].moved;
    EXPECT_EQ(run.downtime, goes_on ? migration.downtime : Duration::zero());
    EXPECT_LE(run.recomputed, goes_on ? migration.recomputed : Duration::zero());
    if (run.moved) {
      ASSERT_LT(i + 1, runs.size());
      EXPECT_EQ(runs[i + 1].start, run.end);
      EXPECT_NE(runs[i + 1].zone, run.zone);
      EXPECT_EQ(runs[i + 1].lost, run.lost);
      EXPECT_GE(run.end - scenario.latency - run.start - run.downtime, migration.rules.least_stay);
    } else {
      EXPECT_EQ(run.lost, i + 1 < runs.size());
    }
    moved = moved || (run.moved && !run.lost);
  }
  EXPECT_EQ(work, job.length);
  if (moved) {
    EXPECT_LE(runs.back().end, job.latest_start + job.length);
  }
}

void CheckMoveBudget(const FleetScenario& scenario, const FleetOutcome& outcome) {
  std::vector<Time> begun;
  for (const FleetRun& run : outcome.runs) {
    if (run.moved) {
      begun.push_back(run.end);
    }
  }
  EXPECT_EQ(begun.size(), outcome.moves);
  for (const Time end : begun) {
    EXPECT_LE(std::count_if(begun.begin(), begun.end(),
                            [&](Time each) { return each <= end && end - each < kOneHour; }),
              scenario.migration->moves_per_hour);
  }
}

TEST(FleetMoves, KeepsItsBooksInAnyScenarioWithMovesAndFaults) {
  size_t moves = 0;
  size_t lost = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const FleetScenario scenario = FleetDice(seed).MovingScenario();
    const FleetJobs jobs = JobsOf(scenario);
    const FleetOutcome outcome = Replayed(scenario, Way::carbon_kube_moves);
    CheckBooks(scenario, outcome);
    CheckRoom(scenario, jobs, outcome);
    CheckMoveBudget(scenario, outcome);
    const auto runs = RunsByJob(outcome);
    EXPECT_EQ(runs.size(), jobs.jobs.size());
    for (const auto& [job, of_job] : runs) {
      CheckMovedJob(scenario, jobs.jobs[job], of_job);
      lost += static_cast<size_t>(std::count_if(of_job.begin(), of_job.end(),
                                                [](auto& run) { return run.moved && run.lost; }));
    }
    moves += outcome.moves;
    if (seed % 20 == 0) {
      EXPECT_EQ(outcome, Replayed(scenario, Way::carbon_kube_moves));
    }
    if (testing::Test::HasFailure()) {
      return;
    }
  }
  EXPECT_GT(moves, 40U);
  EXPECT_GT(lost, 0U) << "moved, and lost afterwards";
}

TEST(FleetMoves, IsNeverLateByMovesWhereThereIsRoomForAll) {
  size_t moves = 0;
  for (uint64_t seed = 3001; seed <= 3050; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FleetScenario scenario = FleetDice(seed).MovingScenario();
    std::erase_if(scenario.faults, [](const Fault& fault) {
      return fault.kind == Fault::Kind::zone_down || fault.kind == Fault::Kind::eviction;
    });
    for (FleetZone& zone : scenario.zones) {
      zone.cpus = 1e5;
    }
    const FleetJobs jobs = JobsOf(scenario);
    const FleetOutcome outcome = Replayed(scenario, Way::carbon_kube_moves);
    EXPECT_EQ(outcome.held_late + outcome.queued_late + outcome.lost_late, 0U);
    for (const FleetRun& run : outcome.runs) {
      EXPECT_LE(run.end, jobs.jobs[run.job].latest_start + jobs.jobs[run.job].length);
    }
    moves += outcome.moves;
  }
  EXPECT_GT(moves, 10U);
}

/// A dirty zone and a clean one that is down for the first three hours; a job comes meanwhile.
FleetScenario CleanerFromHour3() {
  FleetScenario scenario = OneZone({JobAt(1, 10)});
  scenario.zones[0].signal = HourlySignal(std::vector<double>(96, 400));
  scenario.zones[0].forecasts = RightForecasts(scenario.zones[0].signal);
  scenario.zones.push_back(scenario.zones[0]);
  scenario.zones[1].name = "SE";
  scenario.zones[1].signal = HourlySignal(std::vector<double>(96, 100));
  scenario.zones[1].forecasts = RightForecasts(scenario.zones[1].signal);
  scenario.longest_wait = 2 * kOneHour;
  scenario.faults = {{.kind = Fault::Kind::zone_down, .zone = 1, .from = At(0), .to = At(3)}};
  scenario.migration = FleetMigration{.downtime = kOneHour / 2,
                                      .recomputed = kOneHour / 4,
                                      .checkpoint_per_cpu = KilowattHours(0.1),
                                      .transfer_per_cpu = KilowattHours(0.2)};
  return scenario;
}

TEST(FleetMoves, AMoveCostsWhatItTakesAndSavesTheRest) {
  const FleetOutcome outcome = Replayed(CleanerFromHour3(), Way::carbon_kube_moves);
  ASSERT_EQ(outcome.runs.size(), 2U);
  const FleetRun& left = outcome.runs[0];
  const FleetRun& reached = outcome.runs[1];
  EXPECT_EQ(left.start, At(1));
  EXPECT_EQ(left.end, At(3));
  EXPECT_TRUE(left.moved);
  EXPECT_EQ(reached.zone, 1U);
  EXPECT_EQ(reached.start, At(3));
  EXPECT_EQ(reached.end, At(3 + 0.5 + 0.25 + 8));
  EXPECT_NEAR(left.emitted->value(), 2 * 400 + 0.1 * 400 + 0.2 * 400, 1e-9);
  EXPECT_NEAR(reached.emitted->value(), (8 + 0.25) * 100, 1e-9);
  EXPECT_NEAR(outcome.emitted.value(), 920 + 825, 1e-9);
  EXPECT_NEAR(outcome.job_emitted[0]->value(), 920 + 825, 1e-9);
  EXPECT_EQ(outcome.moves, 1U);
  EXPECT_NEAR(outcome.move_emitted.value(), 40 + 80 + 25, 1e-9);
  EXPECT_NEAR(outcome.move_expected.value(), 8 * 300 - 145, 1e-6);
  EXPECT_NEAR(outcome.zones[1].cpu_hours, 8.75, 1e-9) << "room is held while it is down";
  EXPECT_NEAR(outcome.mean_wait_hours, 0, 1e-9);
}

TEST(FleetMoves, NothingMovesWhereItWouldBeLateOrThereIsNoRoomOrNoBudget) {
  FleetScenario scenario = CleanerFromHour3();
  scenario.longest_wait = kOneHour / 2;
  EXPECT_EQ(Replayed(scenario, Way::carbon_kube_moves).moves, 0U);
  scenario = CleanerFromHour3();
  scenario.zones[1].cpus = 0.9;
  EXPECT_EQ(Replayed(scenario, Way::carbon_kube_moves).moves, 0U);
  scenario = CleanerFromHour3();
  scenario.migration->moves_per_hour = 0;
  EXPECT_EQ(Replayed(scenario, Way::carbon_kube_moves).moves, 0U);
}

TEST(FleetMoves, AMoveTakesPlaceAfterTheLatencyUnlessTheZoneIsDownThen) {
  FleetScenario scenario = CleanerFromHour3();
  scenario.latency = kOneHour / 10;
  const FleetOutcome outcome = Replayed(scenario, Way::carbon_kube_moves);
  ASSERT_EQ(outcome.moves, 1U);
  EXPECT_EQ(outcome.runs[1].start, At(3.1));
  scenario.faults.push_back(
      {.kind = Fault::Kind::zone_down, .zone = 1, .from = At(3.05), .to = At(90)});
  EXPECT_EQ(Replayed(scenario, Way::carbon_kube_moves).moves, 0U);
}

TEST(FleetMoves, AMovedJobThatIsLostStartsOverFromNothing) {
  FleetScenario scenario = CleanerFromHour3();
  scenario.faults.push_back(
      {.kind = Fault::Kind::zone_down, .zone = 1, .from = At(5.5), .to = At(90)});
  const FleetOutcome outcome = Replayed(scenario, Way::carbon_kube_moves);
  ASSERT_EQ(outcome.runs.size(), 3U);
  EXPECT_EQ(outcome.lost_runs, 1U);
  EXPECT_TRUE(outcome.runs[0].lost && outcome.runs[1].lost);
  EXPECT_EQ(outcome.runs[2].end - outcome.runs[2].start, 10 * kOneHour);
  EXPECT_NEAR(outcome.lost_emitted.value(), 920 + 2 * 100, 1e-9);
  EXPECT_NEAR(outcome.emitted.value(), 920 + 200 + 4000, 1e-9);
}

TEST(FleetMoves, WithoutAMigrationOrInOtherWaysNothingMoves) {
  FleetScenario scenario = CleanerFromHour3();
  EXPECT_EQ(WaysOf(scenario).back(), Way::carbon_kube_moves);
  const FleetOutcome with = Replayed(scenario);
  scenario.migration.reset();
  EXPECT_EQ(WaysOf(scenario), std::vector<Way>(kWays.begin(), kWays.end()));
  EXPECT_EQ(with, Replayed(scenario));
  EXPECT_EQ(with.moves, 0U);
  const auto refused = ReplayFleet(scenario, Way::carbon_kube_moves);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::invalid);
}

}  // namespace
}  // namespace carbon::sim
