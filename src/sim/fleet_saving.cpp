// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_saving.h"

namespace carbon::sim {
namespace {

constexpr Duration kWeek = std::chrono::hours(7 * 24);

/// Emissions of the same jobs, both ways.
struct Pair {
  Grams planned;
  Grams run_now;
};

std::optional<double> ShareSaved(const Pair& pair) {
  return pair.run_now > Grams(0) ? std::optional(1 - pair.planned / pair.run_now) : std::nullopt;
}

}  // namespace

FleetSaving SavingOf(const FleetScenario& scenario, const FleetOutcome& outcome,
                     const FleetOutcome& run_now) {
  const std::vector<FleetJob> jobs = JobsOf(scenario).jobs;
  FleetSaving saving;
  Pair all;
  std::vector<Pair> weeks(static_cast<size_t>(scenario.window / kWeek));
  for (size_t i = 0; i < jobs.size(); ++i) {
    const auto& planned = outcome.job_emitted[i];
    const auto& now = run_now.job_emitted[i];
    if (!planned || !now) {
      continue;
    }
    ++saving.compared;
    all.planned += *planned;
    all.run_now += *now;
    const auto week = static_cast<size_t>((jobs[i].arrival - scenario.start) / kWeek);
    if (week < weeks.size()) {
      weeks[week].planned += *planned;
      weeks[week].run_now += *now;
    }
  }
  saving.share = ShareSaved(all);
  for (const Pair& week : weeks) {
    if (const auto share = ShareSaved(week)) {
      saving.weekly_share.push_back(*share);
    }
  }
  return saving;
}

}  // namespace carbon::sim
