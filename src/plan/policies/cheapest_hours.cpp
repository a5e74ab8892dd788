// SPDX-License-Identifier: Apache-2.0
// Cheapest hours: run in what are expected to be the cleanest parts of
// [arrival, arrival + length + longest wait), with pauses, as long as the job is; of equal ones the
// earliest. It is Wait Awhile (wait_awhile.cpp) on a forecast, which may end early: what is not
// known comes after all that is, the earliest first. Planned once, on arrival, it is `plan-once`;
// planned again with every step of the signal, of which only that step is carried out, `rolling`:
// certainty equivalence, as in model predictive control (D. Bertsekas, "Dynamic Programming and
// Optimal Control", vol. 1, ch. 6).
#include <algorithm>
#include <limits>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// A job does not wait for less than that: forecasts are not as exact (plan::Parameters).
constexpr double kLeastSaving = 0.001;

struct Candidate {
  Time start;
  Duration length;
  double intensity;  ///< infinite where it is not known
};

bool Better(const Candidate& a, const Candidate& b) {
  return a.intensity < b.intensity || (a.intensity == b.intensity && a.start < b.start);
}

/// All of [from, to): the known pieces, and the gaps between them.
std::vector<Candidate> CandidatesBetween(const grid::Series& signal, Time from, Time to) {
  std::vector<Candidate> candidates;
  Time at = from;
  const auto add_gap = [&](Time until) {
    if (at < until) {
      candidates.push_back({at, until - at, std::numeric_limits<double>::infinity()});
    }
  };
  for (const Piece& piece : PiecesBetween(signal, from, to)) {
    add_gap(piece.start);
    candidates.push_back({piece.start, piece.length, piece.intensity.value()});
    at = piece.end();
  }
  add_gap(to);
  candidates.front().intensity *= 1 - kLeastSaving;
  return candidates;
}

}  // namespace

Schedule CheapestHours(const PolicyInput& input) {
  auto candidates = CandidatesBetween(input.signal, input.arrival,
                                      input.arrival + input.length + input.longest_wait);
  std::sort(candidates.begin(), candidates.end(), Better);
  Duration left = input.length;
  size_t used = 0;
  for (; used < candidates.size() && left > Duration::zero(); ++used) {
    candidates[used].length = std::min(candidates[used].length, left);
    left -= candidates[used].length;
  }
  candidates.resize(used);
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.start < b.start; });
  Schedule schedule;
  for (const Candidate& candidate : candidates) {
    Append(schedule, candidate.start, candidate.length);
  }
  return schedule;
}

}  // namespace carbon::plan
