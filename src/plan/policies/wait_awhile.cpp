// SPDX-License-Identifier: Apache-2.0
// Wait Awhile: run in the cleanest parts of [arrival, arrival + length + longest wait), with
// pauses, as long as the job is; of equal ones the earliest. With the true length and perfect
// foresight this is the preemptive optimum of a job alone: no policy that may wait as long emits
// less.
// Source: P. Wiesner et al., "Let's Wait Awhile: How Temporal Workload Shifting Can Reduce Carbon
// Emissions in the Cloud", Middleware 2021; as evaluated in GAIA (ASPLOS 2024).
#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {

Schedule WaitAwhile(const PolicyInput& input) {
  const Time past_last = input.arrival + input.length + input.longest_wait;
  return CleanestOf(PiecesBetween(input.signal, input.arrival, past_last), input.length);
}

}  // namespace carbon::plan
