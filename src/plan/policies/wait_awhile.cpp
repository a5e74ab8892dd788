// SPDX-License-Identifier: Apache-2.0
// Wait Awhile: run in the cleanest parts of [arrival, arrival + length + longest wait), with
// pauses, as long as the job is; of equal ones the earliest. With the true length and perfect
// foresight this is the preemptive optimum of a job alone: no policy that may wait as long emits
// less.
// Source: P. Wiesner et al., "Let's Wait Awhile: How Temporal Workload Shifting Can Reduce Carbon
// Emissions in the Cloud", Middleware 2021; as evaluated in GAIA (ASPLOS 2024).
#include <algorithm>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {

Schedule WaitAwhile(const PolicyInput& input) {
  const Time past_last = input.arrival + input.length + input.longest_wait;
  auto pieces = PiecesBetween(input.signal, input.arrival, past_last);
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.intensity < b.intensity || (a.intensity == b.intensity && a.start < b.start);
  });
  Duration left = input.length;
  size_t used = 0;
  for (; used < pieces.size() && left > Duration::zero(); ++used) {
    pieces[used].length = std::min(pieces[used].length, left);
    left -= pieces[used].length;
  }
  pieces.resize(used);
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.start < b.start; });
  Schedule schedule;
  for (const Piece& piece : pieces) {
    Append(schedule, piece.start, piece.length);
  }
  return schedule;
}

}  // namespace carbon::plan
