// SPDX-License-Identifier: Apache-2.0
// Carbon-Time: of the same starts as Lowest-Window, the one that saves most per time to the end of
// the job: the greatest (cost(arrival) − cost(start)) / (start − arrival + believed length), where
// cost is that of a run of the believed length; of equal ones the first.
// Source: GAIA (W. A. Hanafy et al., ASPLOS 2024).
#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {

Schedule CarbonTime(const PolicyInput& input) {
  const auto now = input.signal.Mean(input.arrival, input.arrival + input.believed);
  if (!now) {
    return {{input.arrival, input.length}};
  }
  const Time latest = input.arrival + input.longest_wait;
  Time best = input.arrival;
  double most = 0;
  for (Time start = input.arrival + kCandidateStep;
       start <= latest && start + input.believed <= input.end; start += kCandidateStep) {
    const auto mean = input.signal.Mean(start, start + input.believed);
    if (!mean || !IsClearlyLess(mean->value(), now->value())) {
      continue;
    }
    // The job's power and length are the same for every start, so the means can stand for costs.
    const double gain =
        (now->value() - mean->value()) / Hours(start - input.arrival + input.believed);
    if (IsClearlyLess(most, gain)) {
      most = gain;
      best = start;
    }
  }
  return {{best, input.length}};
}

}  // namespace carbon::plan
