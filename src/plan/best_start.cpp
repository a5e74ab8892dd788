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
                                Duration length) {
  assert(length > Duration::zero());
  const Time last = std::min(latest, series.end() - length);
  std::optional<Window> best;
  for (Time start = std::max(earliest, series.start()); start <= last;) {
    const auto mean = series.Mean(start, start + length);
    if (mean && (!best || IsClearlyLess(*mean, best->mean))) {
      best = Window{start, *mean};
    }
    if (start == last) {
      break;
    }
    start = std::min({series.StepAfter(start), series.StepAfter(start + length) - length, last});
  }
  return best;
}

}  // namespace carbon::plan
