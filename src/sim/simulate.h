// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "plan/policies.h"
#include "sim/scenario.h"

namespace carbon::sim {

/// What a policy made of a scenario. The hours are 0 where no job was done.
struct Outcome {
  std::string_view policy;
  size_t done = 0;      ///< jobs that ran to their end: all of the scenario's
  size_t late = 0;      ///< of them, those that waited longer than they may
  size_t segments = 0;  ///< uninterrupted runs; more than `done` where jobs paused
  Grams emitted;
  /// From arrival to the start of a run, over all runs: a job that pauses counts once per run, as
  /// in the published numbers.
  double mean_wait_hours = 0;
  double p95_wait_hours = 0;
  /// How much later than with run-now a job was done, over all jobs.
  double mean_delay_hours = 0;
  double p95_delay_hours = 0;
  double peak_cpus = 0;  ///< most CPUs in use at once; the cluster has as many as are asked for

  bool operator==(const Outcome&) const = default;
};

/// Told the share of jobs that have arrived, from time to time.
using Progress = std::function<void(double)>;

/// What became of one job.
struct JobRun {
  const SimJob& job;
  Time start;           ///< of its first run
  Time end;             ///< of its last one
  size_t segments = 0;  ///< uninterrupted runs
  Grams emitted;
  Grams run_now;  ///< had it run on arrival, uninterrupted
};
/// Told of each job when it is done.
using OnDone = std::function<void(const JobRun&)>;

/// Replays a scenario under a policy, every job at `per_cpu` watts per CPU. Deterministic: the same
/// input gives the same bytes. Fails (internal) where the books do not balance: a schedule that is
/// not as long as its job, starts before arrival or overlaps itself, or a job that is never done,
/// and where the policy plans by a foresight that the scenario lacks.
Result<Outcome> Simulate(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu,
                         const Progress& progress = {}, const OnDone& on_done = {});

/// Submitted = done + unknown + rejected, or an internal error that says what is missing.
Status Audit(const Scenario& scenario, const Outcome& outcome);

}  // namespace carbon::sim
