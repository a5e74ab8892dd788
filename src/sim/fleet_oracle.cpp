// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_oracle.h"

#include <algorithm>
#include <limits>

#include "sim/room_prices.h"

namespace carbon::sim {
namespace {

/// The jobs with the windows that the oracle leaves them.
std::vector<FleetJob> JobsFor(const FleetScenario& scenario,
                              std::span<const FleetOutcome* const> outcomes) {
  std::vector<FleetJob> jobs = JobsOf(scenario).jobs;
  for (const FleetOutcome* const outcome : outcomes) {
    for (const FleetRun& run : outcome->runs) {
      if (!run.lost && !run.moved) {
        FleetJob& job = jobs[run.job];
        job.latest_start = std::max(job.latest_start, run.end - job.length);
      }
    }
  }
  return jobs;
}

/// What the best of the ways emits, of each job that is known there; of others what they cost
/// alone.
double LeastEmitted(std::span<const FleetOutcome* const> outcomes,
                    const std::vector<double>& alone) {
  double least = std::numeric_limits<double>::infinity();
  for (const FleetOutcome* const outcome : outcomes) {
    double emitted = 0;
    for (size_t i = 0; i < alone.size(); ++i) {
      const auto& of_job = outcome->job_emitted[i];
      emitted += of_job ? of_job->value() : alone[i];
    }
    least = std::min(least, emitted);
  }
  return least;
}

}  // namespace

FleetOracle::FleetOracle(const FleetScenario& scenario,
                         std::span<const FleetOutcome* const> outcomes, size_t rounds) {
  const std::vector<FleetJob> jobs = JobsFor(scenario, outcomes);
  weeks_.resize(static_cast<size_t>(scenario.window / kWeek));
  for (size_t i = 0; i < jobs.size(); ++i) {
    const auto week = static_cast<size_t>((jobs[i].arrival - scenario.start) / kWeek);
    week_of_.push_back(std::min(week, weeks_.size()));
    all_.jobs.push_back(i);
    if (week < weeks_.size()) {
      weeks_[week].jobs.push_back(i);
    }
  }
  RoomMarket market(scenario, jobs);
  alone_ = market.CostsOf(all_.jobs);
  const RoomPrices prices = market.BestPrices(LeastEmitted(outcomes, alone_), rounds);
  market.SetPrices(prices);
  all_.costs = market.CostsOf(all_.jobs);
  all_.room = market.CostOfRoom();
  for (size_t week = 0; week < weeks_.size(); ++week) {
    const Time from = scenario.start + kWeek * static_cast<int64_t>(week);
    market.SetPrices(market.Within(prices, from, from + kWeek));
    weeks_[week].costs = market.CostsOf(weeks_[week].jobs);
    weeks_[week].room = market.CostOfRoom();
  }
}

Grams FleetOracle::Bound(const Part& part, const std::vector<bool>& jobs) const {
  double alone = 0;
  double priced = -part.room;
  for (size_t i = 0; i < part.jobs.size(); ++i) {
    if (jobs[part.jobs[i]]) {
      alone += alone_[part.jobs[i]];
      priced += part.costs[i];
    }
  }
  return Grams(std::max(alone, priced));
}

}  // namespace carbon::sim
