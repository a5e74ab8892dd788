// SPDX-License-Identifier: Apache-2.0
// Cheapest hours: run in what are expected to be the cleanest parts of
// [arrival, arrival + length + longest wait), with pauses, as long as the job is; of equal ones the
// earliest. It is Wait Awhile (wait_awhile.cpp) on a forecast, which may end early: what is not
// known comes after all that is, the earliest first. Planned once, on arrival, it is `plan-once`;
// planned again with every step of the signal, of which only that step is carried out, `rolling`:
// certainty equivalence, as in model predictive control (D. Bertsekas, "Dynamic Programming and
// Optimal Control", vol. 1, ch. 6).
#include <limits>
#include <utility>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

constexpr GramsPerKwh kUnknownComesLast{std::numeric_limits<double>::infinity()};

/// All of [from, to): the known pieces, and the gaps between them.
std::vector<Piece> WholeBetween(const grid::Series& signal, Time from, Time to) {
  std::vector<Piece> whole;
  Time at = from;
  const auto add_gap = [&](Time until) {
    if (at < until) {
      whole.push_back({at, until - at, kUnknownComesLast});
    }
  };
  for (const Piece& piece : PiecesBetween(signal, from, to)) {
    add_gap(piece.start);
    whole.push_back(piece);
    at = piece.end();
  }
  add_gap(to);
  return whole;
}

}  // namespace

Schedule CheapestHours(const PolicyInput& input) {
  auto pieces =
      WholeBetween(input.signal, input.arrival, input.arrival + input.length + input.longest_wait);
  pieces.front().intensity = pieces.front().intensity * (1 - kLeastSavingByForecast);
  return CleanestOf(std::move(pieces), input.length);
}

}  // namespace carbon::plan
