// SPDX-License-Identifier: Apache-2.0
#include "plan/best_start.h"

#include <algorithm>
#include <cassert>

namespace carbon::plan {
namespace {

/// Without a margin, rounding in the means would make a job wait for nothing on a flat signal.
bool IsClearlyLess(GramsPerKwh a, GramsPerKwh b) { return a < b * (1 - 1e-9); }

}  // namespace

std::optional<Window> BestStart(const grid::Series& series, Time earliest, Time latest,
                                Duration length, GramsPerKwh wait_per_hour) {
  assert(length > Duration::zero());
  const Time last = std::min(latest, series.end() - length);
  std::optional<Window> best;
  GramsPerKwh least;
  for (Time start = std::max(earliest, series.start()); start <= last;) {
    if (const auto mean = series.Mean(start, start + length)) {
      const GramsPerKwh cost = *mean + wait_per_hour * Hours(start - earliest);
      if (!best || IsClearlyLess(cost, least)) {
        best = Window{start, *mean};
        least = cost;
      }
    }
    if (start == last) {
      break;
    }
    start = std::min({series.StepAfter(start), series.StepAfter(start + length) - length, last});
  }
  return best;
}

}  // namespace carbon::plan
