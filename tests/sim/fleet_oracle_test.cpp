// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_oracle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

/// Replayed in some ways.
struct Replays {
  FleetScenario scenario;
  std::vector<FleetOutcome> outcomes;

  explicit Replays(FleetScenario made, std::span<const Way> ways = kWays)
      : scenario(std::move(made)) {
    for (const Way way : ways) {
      Add(scenario, way);
    }
  }

  void Add(const FleetScenario& replayed, Way way) {
    auto outcome = ReplayFleet(replayed, way);
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message);
    outcomes.push_back(outcome ? *std::move(outcome) : FleetOutcome{});
  }

  FleetOracle Oracle(size_t rounds = 300) const {
    std::vector<const FleetOutcome*> all;
    all.reserve(outcomes.size());
    for (const FleetOutcome& outcome : outcomes) {
      all.push_back(&outcome);
    }
    return {scenario, all, rounds};
  }
};

std::vector<bool> KnownJobs(const FleetOutcome& outcome) {
  std::vector<bool> known;
  known.reserve(outcome.job_emitted.size());
  for (const auto& grams : outcome.job_emitted) {
    known.push_back(grams.has_value());
  }
  return known;
}

double EmittedBy(const FleetOutcome& outcome, const std::vector<bool>& jobs) {
  double emitted = 0;
  for (size_t i = 0; i < jobs.size(); ++i) {
    emitted += jobs[i] ? outcome.job_emitted[i]->value() : 0;
  }
  return emitted;
}

/// Also of any part of the jobs, and of those of a week.
void CheckBound(const FleetOracle& oracle, const FleetOutcome& outcome, std::mt19937_64& random) {
  std::vector<bool> jobs = KnownJobs(outcome);
  const double emitted = EmittedBy(outcome, jobs);
  EXPECT_LE(oracle.BoundOf(jobs).value(), emitted + 1e-9 * emitted);
  for (size_t i = 0; i < jobs.size(); ++i) {
    jobs[i] = jobs[i] && random() % 2 == 0;
  }
  const double of_some = EmittedBy(outcome, jobs);
  EXPECT_LE(oracle.BoundOf(jobs).value(), of_some + 1e-9 * emitted);
  for (size_t week = 0; week < oracle.weeks(); ++week) {
    std::vector<bool> arrive = jobs;
    for (size_t i = 0; i < jobs.size(); ++i) {
      arrive[i] = jobs[i] && oracle.WeekOfJob()[i] == week;
    }
    EXPECT_LE(oracle.BoundOfWeek(week, arrive).value(),
              EmittedBy(outcome, arrive) + 1e-9 * emitted);
  }
}

/// Ten thousand scenarios in four parts, as one test is to end within a minute.
class FleetOracleBound : public testing::TestWithParam<uint64_t> {};

TEST_P(FleetOracleBound, NoReplayOfAnyScenarioEmitsLess) {
  for (uint64_t seed = GetParam(); seed < GetParam() + 2500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FleetScenario scenario = FleetDice(seed).Scenario();
    if (seed % 3 > 0) {
      scenario.faults.clear();
    }
    // The planner takes most of the time: it has its say in every twentieth.
    const std::span<const Way> ways(kWays);
    Replays replays(scenario, seed % 20 == 1 ? ways : ways.first(1));
    std::reverse(scenario.zones.begin(), scenario.zones.end());
    if (scenario.faults.empty()) {
      replays.Add(scenario, Way::run_now);
    }
    const FleetOracle oracle = replays.Oracle((seed / 20) % 20);
    std::mt19937_64 random(seed);
    for (const FleetOutcome& outcome : replays.outcomes) {
      CheckBound(oracle, outcome, random);
    }
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(From, FleetOracleBound, testing::Values(1, 2501, 5001, 7501));

TEST(FleetOracle, NoReplayWithMovesEmitsLess) {
  size_t moves = 0;
  for (uint64_t seed = 20'001; seed <= 20'100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const FleetScenario scenario = FleetDice(seed).MovingScenario();
    const Replays replays(scenario, WaysOf(scenario));
    const FleetOracle oracle = replays.Oracle(seed % 20);
    std::mt19937_64 random(seed);
    for (const FleetOutcome& outcome : replays.outcomes) {
      CheckBound(oracle, outcome, random);
    }
    moves += replays.outcomes.back().moves;
  }
  EXPECT_GT(moves, 20U);
}

TraceJob AtHour(int hour, Duration length) {
  return {.arrival = hour * kOneHour, .length = length, .cpus = 1};
}

TEST(FleetOracle, OfOneJobIsItsCheapestRunInAnyZone) {
  FleetScenario scenario{.start = kFleetStart,
                         .window = 24 * kOneHour,
                         .zones = {DayAndNight("DE", 1), DayAndNight("SE", 1)},
                         .jobs = {AtHour(1, 3 * kOneHour)}};
  scenario.zones[1].per_cpu = Watts(500);
  const Replays replays(scenario);
  EXPECT_NEAR(replays.Oracle().BoundOf({true}).value(), 3 * 50, 1e-6);
  EXPECT_EQ(replays.Oracle().BoundOf({false}), Grams(0));
}

TEST(FleetOracle, TellsWhatRoomTakesAway) {
  FleetScenario scenario{.start = kFleetStart,
                         .window = 24 * kOneHour,
                         .zones = {DayAndNight("DE", 1)},
                         .jobs = std::vector<TraceJob>(20, AtHour(0, kOneHour)),
                         .longest_wait = 23 * kOneHour};
  const double best = 12 * 100 + 8 * 400;
  const double bound = Replays(scenario).Oracle().BoundOf(std::vector<bool>(20, true)).value();
  EXPECT_LE(bound, best * (1 + 1e-9));
  EXPECT_GE(bound, best * 0.98) << "each alone would emit 2000 g";
}

TEST(FleetOracle, AJobMayStartAsLateAsAnyWayStartedIt) {
  FleetScenario scenario{.start = kFleetStart,
                         .window = 24 * kOneHour,
                         .zones = {DayAndNight("DE", 1)},
                         .jobs = {AtHour(0, 12 * kOneHour), AtHour(0, kOneHour)},
                         .longest_wait = Duration::zero()};
  const Replays replays(scenario);
  EXPECT_EQ(replays.outcomes[0].queued_late, 1U);
  EXPECT_NEAR(replays.Oracle().BoundOf({false, true}).value(), 100, 1e-6);
}

TEST(FleetOracle, WeeksAreThoseOfArrival) {
  FleetScenario scenario{
      .start = kFleetStart,
      .window = 15 * 24 * kOneHour,
      .zones = {DayAndNight("DE", 4, 20)},
      .jobs = {AtHour(0, kOneHour), AtHour(7 * 24, kOneHour), AtHour(14 * 24, kOneHour)}};
  const FleetOracle oracle = Replays(scenario).Oracle();
  EXPECT_EQ(oracle.weeks(), 2U);
  EXPECT_EQ(oracle.WeekOfJob(), (std::vector<size_t>{0, 1, 2}));
  EXPECT_NEAR(oracle.BoundOfWeek(1, {true, true, true}).value(), 400, 1e-6) << "6 h are no night";
}

}  // namespace
}  // namespace carbon::sim
