// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "plan/policies.h"

namespace carbon::plan {

/// A part of one step of the signal: constant intensity.
struct Piece {
  Time start;
  Duration length;
  GramsPerKwh intensity;

  Time end() const { return start + length; }
};

/// The known pieces of the signal within [from, to), ascending.
std::vector<Piece> PiecesBetween(const grid::Series& signal, Time from, Time to);

/// How long after arrival the candidate starts of the policies without pauses lie apart.
inline constexpr Duration kCandidateStep = std::chrono::hours(1);

/// A job does not wait for less than that share of the present intensity: forecasts are not as
/// exact (plan::Parameters).
inline constexpr double kLeastSavingByForecast = 0.001;

/// Less by more than rounding in sums over the signal can explain, so that of equal choices the
/// first is taken.
constexpr bool IsClearlyLess(double a, double b) {
  const double size = (a < 0 ? -a : a) + (b < 0 ? -b : b);
  return b - a > size * 1e-12;
}

/// The cleanest parts of `pieces`, together as long as `length` where they suffice; of equal ones
/// the earliest.
Schedule CleanestOf(std::vector<Piece> pieces, Duration length);

/// Adds a stretch at the end of a schedule, joined to the last one where they touch.
void Append(Schedule& schedule, Time start, Duration length);

/// Runs in each piece of the signal that `runs` wants, which is asked once for each, in their
/// order, until the job is done; pauses in the others, as long as the job may wait, and then runs
/// to the end. `runs`: bool(const Piece&).
template <typename Runs>
Schedule PauseUnless(const PolicyInput& input, Runs runs) {
  Schedule schedule;
  Duration patience = input.longest_wait;
  Duration left = input.length;
  const Time past_last = input.arrival + input.length + input.longest_wait;
  for (const Piece& piece : PiecesBetween(input.signal, input.arrival, past_last)) {
    const Duration pause = runs(piece) ? Duration::zero() : std::min(patience, piece.length);
    patience -= pause;
    const Duration run = std::min(left, piece.length - pause);
    Append(schedule, piece.start + pause, run);
    left -= run;
    if (left == Duration::zero()) {
      break;
    }
  }
  return schedule;
}

}  // namespace carbon::plan
