// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_saving.h"

namespace carbon::sim {
namespace {

/// Of what is emitted: less than that between two numbers is rounding.
constexpr double kRounding = 1e-9;

/// Emissions of the same jobs, both ways.
struct Pair {
  Grams planned;
  Grams run_now;
};

std::optional<double> ShareSaved(const Pair& pair) {
  return pair.run_now > Grams(0) ? std::optional(1 - pair.planned / pair.run_now) : std::nullopt;
}

std::optional<double> ShareKept(const Pair& pair, Grams bound) {
  const Grams to_save = pair.run_now - bound;
  return to_save > kRounding * pair.run_now ? std::optional((pair.run_now - pair.planned) / to_save)
                                            : std::nullopt;
}

}  // namespace

FleetSaving SavingOf(const FleetOracle& oracle, const FleetOutcome& outcome,
                     const FleetOutcome& run_now) {
  FleetSaving saving;
  Pair all;
  std::vector<Pair> weeks(oracle.weeks());
  std::vector<bool> compared(oracle.WeekOfJob().size());
  for (size_t i = 0; i < compared.size(); ++i) {
    const auto& planned = outcome.job_emitted[i];
    const auto& now = run_now.job_emitted[i];
    if (!planned || !now) {
      continue;
    }
    compared[i] = true;
    ++saving.compared;
    all.planned += *planned;
    all.run_now += *now;
    if (const size_t week = oracle.WeekOfJob()[i]; week < weeks.size()) {
      weeks[week].planned += *planned;
      weeks[week].run_now += *now;
    }
  }
  saving.share = ShareSaved(all);
  saving.bound = oracle.BoundOf(compared);
  saving.regret = all.planned - saving.bound;
  saving.kept = ShareKept(all, saving.bound);
  for (size_t week = 0; week < weeks.size(); ++week) {
    if (const auto share = ShareSaved(weeks[week])) {
      saving.weekly_share.push_back(*share);
    }
    if (const auto kept = ShareKept(weeks[week], oracle.BoundOfWeek(week, compared))) {
      saving.weekly_kept.push_back(*kept);
    }
  }
  return saving;
}

}  // namespace carbon::sim
