// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "sim/fleet_replay.h"
#include "support/fleet_worlds.h"

/// Replays for tests, and what holds of each.
namespace carbon::sim {

inline FleetOutcome Replayed(const FleetScenario& scenario, Way way = Way::carbon_kube) {
  auto outcome = ReplayFleet(scenario, way);
  EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message);
  return outcome ? *std::move(outcome) : FleetOutcome{};
}

inline Time At(double hour) { return kFleetStart + Duration(static_cast<int64_t>(hour * 3.6e6)); }

inline TraceJob JobAt(double hour, double length_hours, double cpus = 1) {
  return {.arrival = At(hour) - kFleetStart,
          .length = Duration(static_cast<int64_t>(length_hours * 3.6e6)),
          .cpus = cpus};
}

/// A zone of day and night, and a job that comes in the dirty half.
inline FleetScenario OneZone(std::vector<TraceJob> jobs, double cpus = 4) {
  return {.start = kFleetStart,
          .window = 48 * kOneHour,
          .zones = {DayAndNight("DE", cpus)},
          .jobs = std::move(jobs)};
}

/// No instant at which a zone runs more than it has room for, or anything while it is down.
inline void CheckRoom(const FleetScenario& scenario, const FleetJobs& jobs,
                      const FleetOutcome& outcome) {
  for (const FleetRun& at : outcome.runs) {
    int64_t used = 0;
    for (const FleetRun& run : outcome.runs) {
      const bool there = run.zone == at.zone && run.start <= at.start && at.start < run.end;
      used += there ? jobs.jobs[run.job].millicores : 0;
    }
    EXPECT_LE(used, RoomOf(scenario.zones[at.zone]));
    for (const Fault& fault : scenario.faults) {
      if (fault.kind == Fault::Kind::zone_down && fault.zone == at.zone) {
        EXPECT_TRUE(at.end <= fault.from || at.start >= fault.to);
      }
    }
  }
}

inline std::map<size_t, std::vector<FleetRun>> RunsByJob(const FleetOutcome& outcome) {
  std::map<size_t, std::vector<FleetRun>> runs;
  for (const FleetRun& run : outcome.runs) {
    runs[run.job].push_back(run);
  }
  return runs;
}

inline void CheckBooks(const FleetScenario& scenario, const FleetOutcome& outcome) {
  EXPECT_EQ(outcome.submitted, outcome.done + outcome.rejected);
  EXPECT_EQ(outcome.unfinished, 0U);
  EXPECT_EQ(outcome.held_late, 0U);
  Grams by_zone;
  Grams by_run;
  size_t unknown = 0;
  for (size_t i = 0; i < outcome.zones.size(); ++i) {
    EXPECT_LE(outcome.zones[i].peak_cpus, scenario.zones[i].cpus + 1e-9);
    by_zone += outcome.zones[i].emitted;
  }
  for (const FleetRun& run : outcome.runs) {
    by_run += run.emitted.value_or(Grams());
    unknown += run.emitted ? 0 : 1;
  }
  EXPECT_NEAR(by_zone.value(), outcome.emitted.value(), 1e-6);
  EXPECT_NEAR(by_run.value(), outcome.emitted.value(), 1e-6);
  EXPECT_EQ(unknown, outcome.unknown_runs);
}

}  // namespace carbon::sim
