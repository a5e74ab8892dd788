// SPDX-License-Identifier: Apache-2.0
// Run or wait: for a job of unknown length that is planned again with every step. In each step to
// come it may run, which costs the step's intensity times the chance that it has not ended before,
// or wait, as long as it may, whole steps at a time. Backward induction over (step, steps waited)
// gives the cheaper way in expectation over what the length may be, and the job does what that says
// of this step. Source: R. Bellman, "Dynamic Programming", 1957, on the forecast as if it were
// certain.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// Whole steps after the present one: what is expected of each, in g/kWh. The last value, their
/// mean, stands for all that follow. Empty where nothing is known of the next step.
std::vector<double> IntensitiesAfter(const grid::Series& signal, Time next) {
  std::vector<double> values;
  double sum = 0;
  for (Time at = next; at < signal.end(); at += signal.step()) {
    const auto value = signal.At(at);
    if (!value) {
      break;
    }
    values.push_back(value->value());
    sum += values.back();
  }
  if (!values.empty()) {
    values.push_back(sum / static_cast<double>(values.size()));
  }
  return values;
}

/// Steps that the job is expected to run from `ran` on: in the first step of running, in the
/// second, and so on; the last entry is all that follows.
std::vector<double> ExpectedRuns(std::span<const Duration> lengths, Duration ran, Duration step,
                                 size_t count) {
  std::vector<double> runs(count + 1);
  const double each = 1 / (static_cast<double>(lengths.size()) * static_cast<double>(step.count()));
  for (const Duration length : lengths) {
    auto left = static_cast<double>((length - ran).count());
    for (size_t i = 0; i < count && left > 0; ++i) {
      const double in_step = std::min(left, static_cast<double>(step.count()));
      runs[i] += in_step * each;
      left -= in_step;
    }
    runs[count] += std::max(left, 0.0) * each;
  }
  return runs;
}

/// The least expected sum of intensities over the steps in which the job runs, from the first of
/// `intensities` on, if it may wait for `waits` whole steps.
double LeastCost(const std::vector<double>& intensities, const std::vector<double>& runs,
                 size_t waits) {
  const size_t steps = intensities.size() - 1;
  std::vector<double> rest(runs.size() + 1);  // of `runs` from an entry on
  for (size_t i = runs.size(); i-- > 0;) {
    rest[i] = rest[i + 1] + runs[i];
  }
  // cost[j]: from the step in question on, having waited for j steps.
  std::vector<double> cost(waits + 1);
  for (size_t j = 0; j <= waits; ++j) {
    cost[j] = intensities.back() * rest[steps - std::min(j, steps)];
  }
  for (size_t k = steps; k-- > 0;) {
    for (size_t j = 0; j <= std::min(waits, k); ++j) {
      const double run = intensities[k] * runs[k - j] + cost[j];
      cost[j] = j < waits ? std::min(run, cost[j + 1]) : run;
    }
  }
  return cost[0];
}

}  // namespace

Schedule RunOrWait(const PolicyInput& input) {
  const Time now = input.arrival;
  const grid::Series& signal = input.signal;
  const auto observed = signal.At(now);
  if (!observed || input.lengths.empty()) {
    return {{now, input.length}};
  }
  const Duration step = signal.step();
  const Time next = signal.StepAfter(now);
  const Duration part = next - now;
  const auto after = IntensitiesAfter(signal, next);
  if (input.longest_wait < part || after.empty()) {
    return {{now, input.length}};
  }
  const size_t steps = after.size() - 1;
  const auto waits_in = [step](Duration budget) { return static_cast<size_t>(budget / step); };
  const double now_runs = ExpectedRuns(input.lengths, Duration::zero(), part, 1)[0] *
                          (static_cast<double>(part.count()) / static_cast<double>(step.count()));
  const double run = observed->value() * now_runs +
                     LeastCost(after, ExpectedRuns(input.lengths, part, step, steps),
                               waits_in(input.longest_wait));
  const double wait = LeastCost(after, ExpectedRuns(input.lengths, Duration::zero(), step, steps),
                                waits_in(input.longest_wait - part));
  return {{IsClearlyLess(wait, run) ? next : now, input.length}};
}

}  // namespace carbon::plan
