// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "plan/job.h"
#include "workload.h"

namespace carbon::demo {

/// What became of a job, as the cluster showed it, in the recording's time.
struct JobRun {
  std::string region;  ///< of the node it ran on
  std::optional<Time> started;
  std::optional<Time> finished;
};

/// One row of the results. Energy is counted over the job's length from its observed start: a
/// simulated node draws no power, and its overhead at a thousandfold speed says nothing.
struct GroupResult {
  std::string name;
  size_t jobs = 0;  ///< finished ones
  Grams actual;
  Grams run_now;  ///< counterfactual: started on arrival, anywhere it may run with equal chance
  Grams oracle;   ///< best single uninterrupted start, and place, in hindsight, before the deadline
  double mean_wait_hours = 0;
  double p95_wait_hours = 0;
  size_t deadlines_missed = 0;  ///< finished after the deadline, or not at all

  /// Share of the oracle's saving that was kept; nothing where the oracle saves nothing.
  std::optional<double> OracleShare() const;
};

/// A region's zone as it really was, and the job's power there.
using ActualSignals = std::map<std::string, grid::Series>;  ///< by region

/// Per job: grams of what ran, of running at once and of the oracle. Nothing where the recording
/// has a gap or the job did not run.
struct JobGrams {
  Grams actual;
  Grams run_now;
  Grams oracle;
};
std::optional<JobGrams> CountGrams(const DemoJob& job, const JobRun& run,
                                   const std::vector<plan::Place>& places,
                                   const ActualSignals& signals);

/// A job with all that is known of it.
struct JobRecord {
  DemoJob job;
  JobRun run;
  std::vector<plan::Place> places;
};

/// Groups "time-only", "time-and-place" and "all".
std::vector<GroupResult> Summarise(const std::vector<JobRecord>& records,
                                   const ActualSignals& signals);

/// The table for people.
std::string RenderTable(const std::vector<GroupResult>& groups);

/// jobs.csv: one line a job.
std::string JobsCsv(const std::vector<JobRecord>& records, const ActualSignals& signals);

}  // namespace carbon::demo
