// SPDX-License-Identifier: Apache-2.0
// Lowest-Window: of the starts arrival + k hours, k = 0, 1, … <= longest wait, the one with the
// least mean intensity over a run of the believed length; of equal ones the first.
// Source: GAIA (W. A. Hanafy et al., ASPLOS 2024).
#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {

Schedule LowestWindow(const PolicyInput& input) {
  const Time latest = input.arrival + input.longest_wait;
  Time best = input.arrival;
  std::optional<GramsPerKwh> least;
  for (Time start = input.arrival; start <= latest && start + input.believed <= input.end;
       start += kCandidateStep) {
    const auto mean = input.signal.Mean(start, start + input.believed);
    if (mean && (!least || IsClearlyLess(mean->value(), least->value()))) {
      least = mean;
      best = start;
    }
  }
  return {{best, input.length}};
}

}  // namespace carbon::plan
