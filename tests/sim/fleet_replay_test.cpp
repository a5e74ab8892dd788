// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/fleet_replays.h"

namespace carbon::sim {
namespace {

/// Every job ran once to its end, after its lost runs, and never twice at a time.
void CheckJobs(const FleetJobs& jobs, const FleetOutcome& outcome) {
  const auto runs = RunsByJob(outcome);
  EXPECT_EQ(runs.size(), jobs.jobs.size());
  for (const auto& [job, of_job] : runs) {
    Time free = jobs.jobs[job].arrival;
    for (const FleetRun& run : of_job) {
      EXPECT_GE(run.start, free);
      EXPECT_EQ(run.lost, &run != &of_job.back());
      free = run.end;
    }
    EXPECT_EQ(of_job.back().end - of_job.back().start, jobs.jobs[job].length);
  }
}

TEST(FleetReplay, KeepsItsBooksInAnyScenarioWithFaults) {
  for (uint64_t seed = 1; seed <= 220; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const FleetScenario scenario = FleetDice(seed).Scenario();
    const FleetJobs jobs = JobsOf(scenario);
    for (const Way way : kWays) {
      SCOPED_TRACE(ToString(way));
      const FleetOutcome outcome = Replayed(scenario, way);
      CheckBooks(scenario, outcome);
      CheckJobs(jobs, outcome);
      CheckRoom(scenario, jobs, outcome);
      if (seed % 20 == 0) {
        EXPECT_EQ(outcome, Replayed(scenario, way)) << "the same input gives the same bytes";
      }
    }
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

TEST(FleetReplay, StartsEveryJobInTimeWhereThereIsRoomForAll) {
  for (uint64_t seed = 1001; seed <= 1025; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FleetScenario scenario = FleetDice(seed).Scenario();
    std::erase_if(scenario.faults, [](const Fault& fault) {
      return fault.kind == Fault::Kind::zone_down || fault.kind == Fault::Kind::eviction;
    });
    for (FleetZone& zone : scenario.zones) {
      zone.cpus = 1e5;
    }
    const FleetJobs jobs = JobsOf(scenario);
    const FleetOutcome outcome = Replayed(scenario);
    EXPECT_EQ(outcome.held_late + outcome.queued_late + outcome.lost_late, 0U);
    for (const FleetRun& run : outcome.runs) {
      EXPECT_LE(run.start, jobs.jobs[run.job].latest_start);
    }
  }
}

TEST(FleetReplay, WhatComesLaterChangesNothingThatWasDoneBefore) {
  for (uint64_t seed = 2001; seed <= 2020; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const FleetScenario scenario = FleetDice(seed).Scenario();
    const Time change = kFleetStart + 12 * kOneHour;
    FleetScenario other = scenario;
    for (FleetZone& zone : other.zones) {
      std::vector<double> values;
      for (size_t i = 0; i < zone.signal.size(); ++i) {
        const auto value = zone.signal.Value(i);
        const double later = 7.0 + static_cast<double>(i % 5) * 100;
        values.push_back(zone.signal.TimeOf(i) >= change ? later
                         : value                         ? value->value()
                                                         : grid::Series::kUnknown);
      }
      zone.signal = HourlySignal(values);
      for (grid::Forecast& forecast : zone.forecasts) {
        if (forecast.issued_at >= change) {
          forecast.series = zone.signal.Between(forecast.issued_at, forecast.series.end());
        }
      }
    }
    const auto before = [&](const FleetScenario& each) {
      std::vector<std::pair<size_t, Time>> started;
      for (const FleetRun& run : Replayed(each).runs) {
        if (run.start < change) {
          started.emplace_back(run.job * 10 + run.zone, run.start);
        }
      }
      return started;
    };
    EXPECT_EQ(before(scenario), before(other));
  }
}

TEST(FleetReplay, WaitsForTheCleanHours) {
  const FleetOutcome outcome = Replayed(OneZone({JobAt(1, 3)}));
  ASSERT_EQ(outcome.runs.size(), 1U);
  EXPECT_EQ(outcome.runs[0].start, At(12));
  EXPECT_NEAR(outcome.emitted.value(), 3 * 100, 1e-6);
  EXPECT_NEAR(outcome.mean_wait_hours, 11, 1e-9);
  EXPECT_NEAR(outcome.p95_wait_hours, 11, 1e-9);
  EXPECT_NEAR(outcome.zones[0].cpu_hours, 3, 1e-9);
  const FleetOutcome now = Replayed(OneZone({JobAt(1, 3)}), Way::run_now);
  EXPECT_EQ(now.runs[0].start, At(1));
  EXPECT_NEAR(now.emitted.value(), 3 * 400, 1e-6);
}

TEST(FleetReplay, GoesWhereItIsCleanerAndRunNowToTheFirstZoneThatHasRoom) {
  FleetScenario scenario = OneZone({JobAt(1, 1)});
  scenario.zones.push_back(
      {.name = "SE", .signal = HourlySignal(std::vector<double>(96, 20)), .cpus = 1});
  scenario.zones[1].per_cpu = Watts(1000);
  scenario.zones[1].forecasts = RightForecasts(scenario.zones[1].signal);
  EXPECT_EQ(Replayed(scenario).runs[0].zone, 1U);
  EXPECT_EQ(Replayed(scenario, Way::run_now).runs[0].zone, 0U);
}

TEST(FleetReplay, QueuesFirstComeFirstServedWhereThereIsNoRoom) {
  const FleetScenario scenario = OneZone({JobAt(0, 10, 3), JobAt(1, 1, 2), JobAt(2, 1, 1)}, 3);
  const FleetOutcome outcome = Replayed(scenario, Way::run_now);
  ASSERT_EQ(outcome.runs.size(), 3U);
  EXPECT_EQ(outcome.runs[1].job, 1U);
  EXPECT_EQ(outcome.runs[1].start, At(10));
  EXPECT_EQ(outcome.runs[2].start, At(10));
  EXPECT_EQ(outcome.queued_late, 2U) << "they may wait for 6 h";
  EXPECT_EQ(outcome.zones[0].peak_cpus, 3);
}

TEST(FleetReplay, NeverPlansMoreIntoTheCleanHoursThanFits) {
  std::vector<TraceJob> jobs(30, JobAt(1, 3));
  const FleetOutcome outcome = Replayed(OneZone(jobs, 5));
  EXPECT_EQ(outcome.done, 30U);
  EXPECT_EQ(outcome.zones[0].peak_cpus, 5);
  EXPECT_EQ(outcome.held_late, 0U);
  EXPECT_LT(outcome.emitted.value(), Replayed(OneZone(jobs, 5), Way::run_now).emitted.value());
}

TEST(FleetReplay, RejectsWhatFitsNowhereHasNoLengthOrComesLate) {
  const FleetOutcome outcome =
      Replayed(OneZone({JobAt(1, 1, 4.001), JobAt(1, 0), JobAt(48, 1), JobAt(1, 1, 4)}));
  EXPECT_EQ(outcome.submitted, 4U);
  EXPECT_EQ(outcome.rejected, 3U);
  EXPECT_EQ(outcome.done, 1U);
}

TEST(FleetReplay, RunsAsIfNobodyAskedOnceNothingIsLeftToKnow) {
  FleetScenario scenario = OneZone({JobAt(26, 3)});
  // The forecast of hour 0 speaks of 48 hours: until then there is a rung left to stand on.
  scenario.zones[0].forecasts.resize(1);
  scenario.faults = {{.kind = Fault::Kind::signal_outage, .from = At(1), .to = At(90)}};
  EXPECT_EQ(Replayed(scenario).runs[0].start, At(36));
  scenario.window = 96 * kOneHour;
  scenario.jobs = {JobAt(50, 3)};
  const FleetOutcome outcome = Replayed(scenario);
  EXPECT_EQ(outcome.runs[0].start, At(50));
  EXPECT_EQ(outcome.runs, Replayed(scenario, Way::run_now).runs);
}

TEST(FleetReplay, WhatWasForecastHoldsThroughAnOutage) {
  FleetScenario scenario = OneZone({JobAt(1, 3)});
  for (grid::Forecast& forecast : scenario.zones[0].forecasts) {
    forecast.series =
        forecast.series.Between(forecast.issued_at, forecast.issued_at + 18 * kOneHour);
  }
  scenario.longest_wait = 30 * kOneHour;
  EXPECT_EQ(Replayed(scenario).runs[0].start, At(12));
  scenario.faults = {{.kind = Fault::Kind::signal_outage, .from = At(2), .to = At(90)}};
  EXPECT_EQ(Replayed(scenario).runs[0].start, At(12));
}

TEST(FleetReplay, AZoneThatGoesDownLosesItsRunsWhichStartOverAndAreDone) {
  FleetScenario scenario = OneZone({JobAt(13, 6), JobAt(13, 1)});
  scenario.faults = {{.kind = Fault::Kind::zone_down, .from = At(14), .to = At(20)}};
  const FleetOutcome outcome = Replayed(scenario, Way::run_now);
  EXPECT_EQ(outcome.done, 2U);
  EXPECT_EQ(outcome.lost_runs, 1U) << "the other one had ended just then";
  ASSERT_EQ(outcome.runs.size(), 3U);
  EXPECT_EQ(outcome.runs[2].start, At(20));
  EXPECT_EQ(outcome.runs[2].end, At(26));
  EXPECT_NEAR(outcome.lost_emitted.value(), 100, 1e-6);
  EXPECT_NEAR(outcome.emitted.value(), 100 + 100 + 4 * 100 + 2 * 400, 1e-6);
  const FleetOutcome planned = Replayed(scenario);
  EXPECT_EQ(planned.done, 2U);
  EXPECT_EQ(planned.held_late, 0U);
}

TEST(FleetReplay, WithoutTheZoneThatIsDownOthersAreUsed) {
  FleetScenario scenario = OneZone({JobAt(13, 1)});
  scenario.zones.push_back(DayAndNight("SE", 4));
  scenario.faults = {{.kind = Fault::Kind::zone_down, .from = At(12), .to = At(20)}};
  for (const Way way : kWays) {
    const FleetOutcome outcome = Replayed(scenario, way);
    EXPECT_EQ(outcome.runs[0].zone, 1U);
    EXPECT_EQ(outcome.runs[0].start, At(13));
  }
}

TEST(FleetReplay, EvictsAShareThatTheSeedChooses) {
  FleetScenario scenario = OneZone(std::vector<TraceJob>(10, JobAt(13, 4)), 10);
  scenario.faults = {{.kind = Fault::Kind::eviction, .from = At(14), .share = 0.3}};
  const auto lost = [&](uint64_t seed) {
    scenario.seed = seed;
    std::vector<size_t> jobs;
    for (const FleetRun& run : Replayed(scenario, Way::run_now).runs) {
      if (run.lost) {
        jobs.push_back(run.job);
      }
    }
    return jobs;
  };
  std::set<std::vector<size_t>> drawn;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(lost(seed).size(), 3U);
    EXPECT_EQ(lost(seed), lost(seed));
    drawn.insert(lost(seed));
  }
  EXPECT_GT(drawn.size(), 5U);
}

TEST(FleetReplay, ADecisionIsCarriedOutAfterItsLatency) {
  FleetScenario scenario = OneZone({JobAt(1, 3)});
  scenario.latency = std::chrono::seconds(90);
  EXPECT_EQ(Replayed(scenario).runs[0].start, At(12) + scenario.latency);
  EXPECT_EQ(Replayed(scenario, Way::run_now).runs[0].start, At(1));
  EXPECT_EQ(Replayed(scenario).held_late, 0U);
  scenario.longest_wait = Duration::zero();
  EXPECT_EQ(Replayed(scenario).held_late, 1U) << "nothing made it wait but the latency";
}

TEST(FleetReplay, WhatIsNotKnownIsCountedApartAndNeverAsNothing) {
  FleetScenario scenario = OneZone({JobAt(13, 1), JobAt(15, 1)});
  std::vector<double> values(120, 100);
  values[15] = grid::Series::kUnknown;
  scenario.zones[0].signal = HourlySignal(values);
  const FleetOutcome outcome = Replayed(scenario, Way::run_now);
  EXPECT_EQ(outcome.done, 2U);
  EXPECT_EQ(outcome.unknown_runs, 1U);
  EXPECT_NEAR(outcome.emitted.value(), 100, 1e-6);
  EXPECT_TRUE(outcome.job_emitted[0]);
  EXPECT_FALSE(outcome.job_emitted[1]);
}

TEST(FleetReplay, TellsHowFarItIs) {
  FleetScenario scenario = OneZone(std::vector<TraceJob>(200, JobAt(13, 0.1)), 10);
  std::vector<double> shares;
  ASSERT_TRUE(ReplayFleet(scenario, Way::run_now, [&](double share) { shares.push_back(share); }));
  EXPECT_THAT(shares, testing::ElementsAre(0, 0.32, 0.64, 0.96));
}

}  // namespace
}  // namespace carbon::sim
